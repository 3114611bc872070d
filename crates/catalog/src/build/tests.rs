pub(crate) mod sample;

mod shipped;

mod findings;

mod facts;

mod scale;
