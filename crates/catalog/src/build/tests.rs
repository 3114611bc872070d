pub(crate) mod sample;

mod shipped;

mod findings;

mod together;

mod facts;

mod calendars;
mod decisions;

mod variables;

mod connectors;

mod scale;
