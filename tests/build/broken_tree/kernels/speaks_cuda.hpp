// SPDX-License-Identifier: Apache-2.0
#pragma once

__device__ inline int thread() { return threadIdx.x; }
