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
