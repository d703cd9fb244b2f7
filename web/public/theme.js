// Before the first paint, so that a chosen theme never flashes another.
try {
  const theme = localStorage.getItem("chatroom.theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system theme is right.
}
