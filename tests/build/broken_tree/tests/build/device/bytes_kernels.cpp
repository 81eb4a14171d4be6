// SPDX-License-Identifier: Apache-2.0

// A result of two bytes that is not said to be aligned.
__global__ void store(char* to, short number) { __builtin_memcpy(to, &number, sizeof number); }
