// SPDX-License-Identifier: Apache-2.0
#include "kernels/stream.hpp"

namespace hpcadvise::kernels {

std::string_view to_string(StreamKernel kernel) {
  switch (kernel) {
    case StreamKernel::read: return "read";
    case StreamKernel::write: return "write";
    case StreamKernel::copy: return "copy";
    case StreamKernel::triad: return "triad";
    case StreamKernel::strided: return "strided";
  }
  return "";
}

}  // namespace hpcadvise::kernels
