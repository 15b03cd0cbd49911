create table users (
  name text primary key,
  admin integer not null,
  disabled integer not null,
  created integer not null,
  last_activity integer,
  password_hash text
);

create table homes (
  user text primary key,
  volume text not null unique
);

create table logins (
  id text primary key,
  secret_hash text not null unique,
  user text not null references users (name) on delete cascade,
  created integer not null,
  last_seen integer not null,
  expires integer not null,
  user_agent text not null
);

create index logins_of_user on logins (user);

create table api_tokens (
  id text primary key,
  text_hash text not null unique,
  user text not null references users (name) on delete cascade,
  note text not null,
  scopes text not null,
  created integer not null,
  expires integer,
  last_used integer
);

create index api_tokens_of_user on api_tokens (user);

create table invitations (
  token_hash text primary key,
  user text not null unique references users (name) on delete cascade,
  expires integer not null,
  used integer
);

create table revocations (
  kind text not null,
  id text not null,
  not_before integer not null,
  until integer not null,
  primary key (kind, id)
);

create table sessions (
  id text primary key,
  user text not null,
  server text not null,
  state text not null,
  image text not null,
  reason text not null,
  log_tail text not null,
  created integer not null,
  ready integer,
  ended integer,
  last_activity integer not null,
  container text,
  upstream_token text not null,
  version integer not null
);

create unique index one_living_session on sessions (user, server) where state not in ('stopped', 'failed');

create index sessions_of_address on sessions (user, server, created);

create table audit (
  number integer primary key autoincrement,
  at integer not null,
  actor text not null,
  action text not null,
  subject text not null,
  remote text not null,
  request text not null,
  result text not null,
  hash text not null
);
create table leases (
  name text primary key,
  holder text not null,
  until integer not null
);
create table ended_sessions (
  id text primary key,
  user text not null,
  server text not null,
  image text not null,
  created integer not null,
  ready integer,
  ended integer not null,
  failed integer not null
);

create index ended_sessions_in_order on ended_sessions (ended, id);

insert into ended_sessions (id, user, server, image, created, ready, ended, failed)
select id, user, server, image, created, ready, ended, state = 'failed' from sessions
where state in ('stopped', 'failed') and ended is not null;
create table identities (
  method text not null,
  subject text not null,
  user text not null references users (name) on delete cascade,
  linked integer not null,
  primary key (method, subject)
);

create index identities_of_user on identities (user);

create table used_flows (
  id text primary key,
  until integer not null
);
