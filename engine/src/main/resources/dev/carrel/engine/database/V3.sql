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
