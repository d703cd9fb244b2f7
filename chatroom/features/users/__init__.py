"""People: their profile, kind and global role. How they prove who they are is the slice `auth`."""
