//! Draws a trace.
