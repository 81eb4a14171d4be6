// SPDX-License-Identifier: Apache-2.0
// rocBLAS. hipBLASLt, which newer frameworks may prefer, is not called yet.
#include "kernels/vendor/shared_library.hpp"
#include "kernels/vendor_blas.hpp"

#include <rocblas/rocblas.h>

#include <stdexcept>

namespace hpcadvise::kernels {
namespace {

struct Library {
  // ROCm 5 and 6 name it 4, ROCm 7 names it 5.
  SharedLibrary file{"librocblas.so.4", "librocblas.so.5", "librocblas.so"};
  decltype(&rocblas_create_handle) create = nullptr;
  decltype(&rocblas_destroy_handle) destroy = nullptr;
  decltype(&rocblas_set_stream) set_stream = nullptr;
  decltype(&rocblas_gemm_ex) multiply = nullptr;
  decltype(&rocblas_get_version_string) version = nullptr;

  Library() {
    file.find(create, "rocblas_create_handle");
    file.find(destroy, "rocblas_destroy_handle");
    file.find(set_stream, "rocblas_set_stream");
    file.find(multiply, "rocblas_gemm_ex");
    file.find(version, "rocblas_get_version_string");
  }
};

// Loaded once: what it found does not change while the program runs.
Library const& library() {
  static Library const loaded;
  return loaded;
}

void check(rocblas_status status, char const* call) {
  if (status != rocblas_status_success)
    throw std::runtime_error(std::string(call) + " returned status " + std::to_string(int(status)));
}

class Handle {
 public:
  explicit Handle(Space const& space) {
    check(library().create(&handle_), "rocblas_create_handle");
    check(library().set_stream(handle_, space.hip_stream()), "rocblas_set_stream");
  }
  Handle(Handle const&) = delete;
  Handle& operator=(Handle const&) = delete;
  ~Handle() { library().destroy(handle_); }

  rocblas_handle get() const { return handle_; }

 private:
  rocblas_handle handle_ = nullptr;
};

struct Formats {
  rocblas_datatype element;
  rocblas_datatype compute;
};

rocblas_operation operation(Transpose op) {
  return op == Transpose::no ? rocblas_operation_none : rocblas_operation_transpose;
}

// rocBLAS is column-major, where a row-major matrix is its transpose: C^T = op(B)^T op(A)^T.
template <class Element>
void multiply(Space const& space, Formats formats, Transpose a_op, Transpose b_op, Matrix<Element const> const& a,
              Matrix<Element const> const& b, Matrix<Element> const& c, VendorWorkspace& workspace) {
  if (!workspace.state) workspace.state = std::make_shared<Handle>(space);
  double const one_fp64 = 1, zero_fp64 = 0;
  float const one_fp32 = 1, zero_fp32 = 0;
  bool const wide = formats.compute == rocblas_datatype_f64_r;
  void const* const one = wide ? static_cast<void const*>(&one_fp64) : &one_fp32;
  void const* const zero = wide ? static_cast<void const*>(&zero_fp64) : &zero_fp32;
  auto const c_stride = rocblas_int(c.stride(0));
  check(library().multiply(static_cast<Handle*>(workspace.state.get())->get(), operation(b_op), operation(a_op),
                           c.extent_int(1), c.extent_int(0), a.extent_int(a_op == Transpose::no ? 1 : 0), one, b.data(),
                           formats.element, rocblas_int(b.stride(0)), a.data(), formats.element,
                           rocblas_int(a.stride(0)), zero, c.data(), formats.element, c_stride, c.data(),
                           formats.element, c_stride, formats.compute, rocblas_gemm_algo_standard, 0, 0),
        "rocblas_gemm_ex");
}

}  // namespace

std::optional<VendorBlas> vendor_blas() {
  VendorBlas result{.name = "rocblas", .version = "unknown", .problem = library().file.problem()};
  char text[128] = "";
  if (result.problem.empty() && library().version(text, sizeof text) == rocblas_status_success) result.version = text;
  return result;
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<float const> a, Matrix<float const> b,
                 Matrix<float> c, VendorWorkspace& workspace) {
  multiply<float>(space, {rocblas_datatype_f32_r, rocblas_datatype_f32_r}, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<double const> a, Matrix<double const> b,
                 Matrix<double> c, VendorWorkspace& workspace) {
  multiply<double>(space, {rocblas_datatype_f64_r, rocblas_datatype_f64_r}, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<Half const> a, Matrix<Half const> b,
                 Matrix<Half> c, VendorWorkspace& workspace) {
  multiply<Half>(space, {rocblas_datatype_f16_r, rocblas_datatype_f32_r}, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm(Space const& space, Transpose a_op, Transpose b_op, Matrix<BFloat16 const> a, Matrix<BFloat16 const> b,
                 Matrix<BFloat16> c, VendorWorkspace& workspace) {
  multiply<BFloat16>(space, {rocblas_datatype_bf16_r, rocblas_datatype_f32_r}, a_op, b_op, a, b, c, workspace);
}

void vendor_gemm_tf32(Space const&, Transpose, Transpose, Matrix<float const>, Matrix<float const>, Matrix<float>,
                      VendorWorkspace&) {
  throw std::runtime_error("MI200 has no tf32");
}

}  // namespace hpcadvise::kernels
