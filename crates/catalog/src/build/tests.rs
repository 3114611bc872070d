pub(crate) mod sample;

mod shipped;

mod findings;

mod together;

mod facts;

mod decisions;

mod scale;
