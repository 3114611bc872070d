//! Plans over a small catalog and records in memory, made by the production constructors.

mod world;

mod rights;

mod reads;

mod writes;

mod moves;
