create table leases (
  name text primary key,
  holder text not null,
  until integer not null
);
