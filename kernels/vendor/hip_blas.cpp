// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/hip_libraries.hpp"

#include <array>
#include <stdexcept>
#include <string_view>

namespace hpcadvise::kernels {
namespace {

struct Library {
  std::string_view name;
  VendorLibrary (*identify)();
  void (*multiply)(Space const&, ElementFormat, ColumnMajorProduct const&, std::shared_ptr<void>&);
};

constexpr std::array libraries{
    Library{"rocblas", identify_rocblas, multiply_by_rocblas},
    Library{"hipblaslt", identify_hipblaslt, multiply_by_hipblaslt},
};

template <class Element>
void multiply(Space const& space, ElementFormat format, Transpose a_op, Transpose b_op, Matrix<Element const> const& a,
              Matrix<Element const> const& b, Matrix<Element> const& c, VendorWorkspace& workspace) {
  for (auto const& library : libraries)
    if (workspace.library.empty() || workspace.library == library.name)
      return library.multiply(space, format, column_major_product(a_op, b_op, a, b, c), workspace.state);
  throw std::runtime_error("there is no library " + workspace.library);
}

}  // namespace

std::vector<VendorLibrary> vendor_blases() {
  std::vector<VendorLibrary> result;
  for (auto const& library : libraries) result.push_back(library.identify());
  return result;
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
                 Matrix<float> c, VendorWorkspace& workspace) {
  multiply(space, ElementFormat::fp32, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<double const> a, Matrix<double const> b,
                 Matrix<double> c, VendorWorkspace& workspace) {
  multiply(space, ElementFormat::fp64, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<Half const> a, Matrix<Half const> b,
                 Matrix<Half> c, VendorWorkspace& workspace) {
  multiply(space, ElementFormat::fp16, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<BFloat16 const> a, Matrix<BFloat16 const> b,
                 Matrix<BFloat16> c, VendorWorkspace& workspace) {
  multiply(space, ElementFormat::bf16, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm_tf32(Space const&, Transpose, Transpose, Matrix<float const>, Matrix<float const>, Matrix<float>,
                      VendorWorkspace&) {
  throw std::runtime_error("MI200 has no tf32");
}

void vendor_gemm(Space const&, Transpose, Transpose, Matrix<E4M3 const>, Matrix<E4M3 const>, Matrix<BFloat16>,
                 VendorWorkspace&) {
  throw std::runtime_error("MI200 has no fp8");
}

}  // namespace hpcadvise::kernels
