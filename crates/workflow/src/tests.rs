//! Flows driven step by step.
