// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hpcadvise::kernels {

// How panels come into the block's memory: between two barriers, with no overlap; by copies that go on by themselves
// (asynchronous_copy.hpp); or through the registers of its threads, loaded before the products and stored behind them.
enum class PanelCopies { at_once, asynchronous, through_registers };

}  // namespace hpcadvise::kernels
