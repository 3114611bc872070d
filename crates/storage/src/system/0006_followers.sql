-- Who follows a record, and is told of what becomes of it.
create table sys_follower (object {TEXT} not null, record {ID} not null, person {ID} not null, since {TIME} not null, primary key (object, record, person));
