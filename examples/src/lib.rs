//! Programs to read and run; each file at the top of this folder is one.
