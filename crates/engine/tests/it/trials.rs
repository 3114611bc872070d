//! Flows that are tried, with a real record and a clock of their own, on both databases: what is told, and that nothing is
//! left of it.

mod backtest;
mod deals;
mod simulate;
