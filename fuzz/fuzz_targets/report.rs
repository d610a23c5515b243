#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| long_deploy::fuzzing::report(data));
