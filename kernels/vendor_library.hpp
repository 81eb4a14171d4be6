// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is known of a vendor's library, and what it keeps between calls.

#include <memory>
#include <string>

namespace hpcadvise::kernels {

struct VendorLibrary {
  std::string name;     // "openblas", "cublaslt", "hipblaslt", "rocblas", "cudnn"; "cblas" where it does not say
  std::string version;  // "0.3.21 SkylakeX": with the processor that its kernels are for; "unknown"
  std::string problem;  // why it cannot be used, in the loader's words; empty: it can
};

// Which library is to work, and what it needs on a device, made by the first call and kept for the next: its handle,
// its memory. For one Space.
struct VendorWorkspace {
  std::string library;  // a name of vendor_blases() or vendor_attentions(); empty: the first of them
  std::shared_ptr<void> state{};
};

}  // namespace hpcadvise::kernels
