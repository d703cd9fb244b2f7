-- The tables of the seeds on PostgreSQL, with the index that their history needs.
CREATE TABLE users (
  id uuid PRIMARY KEY, email text NOT NULL UNIQUE, password_hash text NOT NULL, name text NOT NULL,
  last_seen timestamptz, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE rooms (
  id uuid PRIMARY KEY, name text NOT NULL, is_private boolean NOT NULL DEFAULT false, invite_code text UNIQUE,
  created_by_id uuid NOT NULL REFERENCES users, created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE room_members (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), room_id uuid NOT NULL REFERENCES rooms,
  user_id uuid NOT NULL REFERENCES users, joined_at timestamptz NOT NULL DEFAULT now(), UNIQUE (room_id, user_id)
);
CREATE INDEX ON room_members (user_id);
CREATE TABLE messages (
  id uuid PRIMARY KEY, room_id uuid NOT NULL REFERENCES rooms, sender_id uuid NOT NULL REFERENCES users,
  content text NOT NULL, created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON messages (room_id, created_at, id);
