// SPDX-License-Identifier: Apache-2.0
// In place of a vendor's library that lacks a function.
extern "C" int fake_answer() { return 42; }
