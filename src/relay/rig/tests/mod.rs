//! Tests of the whole: our backends against radios of our own.
