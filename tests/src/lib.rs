//! Tests of the whole product: in process through its front door, and as a real process.
//!
//! It is never a part of the product; it holds nothing but tests.
