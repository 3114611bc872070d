//! The engine through the constructors that the product uses, on every database there is.

mod packs;

mod shop;

mod scenarios;

mod writes;
