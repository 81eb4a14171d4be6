// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/hip_libraries.hpp"
#include "kernels/vendor/shared_library.hpp"

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

rocblas_datatype type_of(ElementFormat format) {
  switch (format) {
    case ElementFormat::fp64: return rocblas_datatype_f64_r;
    case ElementFormat::fp32: return rocblas_datatype_f32_r;
    case ElementFormat::fp16: return rocblas_datatype_f16_r;
    case ElementFormat::bf16: return rocblas_datatype_bf16_r;
  }
  return rocblas_datatype_invalid;
}

rocblas_operation operation(Transpose op) {
  return op == Transpose::no ? rocblas_operation_none : rocblas_operation_transpose;
}

}  // namespace

VendorLibrary identify_rocblas() {
  VendorLibrary result{.name = "rocblas", .version = "unknown", .problem = library().file.problem()};
  char text[128] = "";
  if (result.problem.empty() && library().version(text, sizeof text) == rocblas_status_success) result.version = text;
  return result;
}

void multiply_by_rocblas(Space const& space, ElementFormat format, ColumnMajorProduct const& product,
                         std::shared_ptr<void>& state) {
  if (!state) state = std::make_shared<Handle>(space);
  auto const type = type_of(format);
  bool const wide = format == ElementFormat::fp64;
  double const one_fp64 = 1, zero_fp64 = 0;
  float const one_fp32 = 1, zero_fp32 = 0;
  void const* const one = wide ? static_cast<void const*>(&one_fp64) : &one_fp32;
  void const* const zero = wide ? static_cast<void const*>(&zero_fp64) : &zero_fp32;
  auto const& [first, second, result, first_op, second_op, sum_length] = product;
  auto* const out = const_cast<void*>(result.data);
  check(library().multiply(static_cast<Handle*>(state.get())->get(), operation(first_op), operation(second_op),
                           rocblas_int(result.rows), rocblas_int(result.columns), rocblas_int(sum_length), one,
                           first.data, type, rocblas_int(first.stride), second.data, type, rocblas_int(second.stride),
                           zero, out, type, rocblas_int(result.stride), out, type, rocblas_int(result.stride),
                           wide ? type : rocblas_datatype_f32_r, rocblas_gemm_algo_standard, 0, 0),
        "rocblas_gemm_ex");
}

}  // namespace hpcadvise::kernels
