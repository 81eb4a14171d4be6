// SPDX-License-Identifier: Apache-2.0
// cuDNN's fused attention, which Transformer Engine and PyTorch may call.
#include "kernels/vendor/cudnn_attention.hpp"
#include "kernels/vendor/cudnn_plan.hpp"
#include "kernels/vendor_attention.hpp"

#include <optional>
#include <stdexcept>

namespace hpcadvise::kernels {
namespace {

// From 9.10 on minus infinity masks; older ones want other graphs (cudnn-frontend, utils/attn_score_modifiers.h).
constexpr std::size_t oldest_version = 91000;
// Up to it backward wants a mask of padding at other key lengths (cudnn-frontend,
// node/scaled_dot_product_flash_attention.h, has_workaround_padding_mask).
constexpr std::size_t last_version_of_whole_tiles = 91500;
constexpr std::int64_t whole_tile = 128;

// 91900 is 9.19.0.
std::string text_of(std::size_t version) {
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

template <class Element>
constexpr cudnnDataType_t type_of = CUDNN_DATA_BFLOAT16;
template <>
constexpr cudnnDataType_t type_of<Half> = CUDNN_DATA_HALF;

// A plan, for the shape that it was made for: making one compiles a kernel.
struct Prepared {
  AttentionShape shape;
  cudnnDataType_t type;
  CudnnPlan plan;
};

class State {
 public:
  State() { check(cudnn().create(&handle_), "cudnnCreate"); }
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  ~State() { cudnn().destroy(handle_); }

  void forward(Space const& space, AttentionShape shape, cudnnDataType_t type,
               std::vector<CudnnPlan::Argument> arguments) {
    if (!is_for(forward_, shape, type))
      forward_.emplace(shape, type, CudnnPlan(attention_forward_graph(shape, type), handle_));
    execute(space, *forward_, std::move(arguments));
  }

  void backward(Space const& space, AttentionShape shape, cudnnDataType_t type,
                std::vector<CudnnPlan::Argument> arguments) {
    if (!is_for(backward_, shape, type)) {
      if (cudnn().version() <= last_version_of_whole_tiles && shape.key_length % whole_tile != 0)
        throw std::runtime_error("cuDNN " + text_of(cudnn().version()) +
                                 " is not asked for key lengths that 128 does "
                                 "not divide: backward is wrong there up to 9.15.0");
      backward_.emplace(shape, type, CudnnPlan(attention_backward_graph(shape, type), handle_));
    }
    auto const rows = std::size_t(shape.batch * shape.query_heads * shape.query_length);
    enlarge(delta_, rows);
    enlarge(d_q_sums_, rows * std::size_t(shape.head_size));
    arguments.push_back({AttentionTensor::delta, delta_.data()});
    arguments.push_back({AttentionTensor::d_q_sums, d_q_sums_.data()});
    arguments.push_back({AttentionTensor::one, &one_});
    execute(space, *backward_, std::move(arguments));
  }

 private:
  static bool is_for(std::optional<Prepared> const& prepared, AttentionShape shape, cudnnDataType_t type) {
    return prepared && prepared->shape == shape && prepared->type == type;
  }

  template <class View>
  static void enlarge(View& memory, std::size_t count) {
    if (memory.extent(0) < count)
      memory = View(Kokkos::view_alloc(Kokkos::WithoutInitializing, "hpcadvise::vendor_attention"), count);
  }

  void execute(Space const& space, Prepared const& prepared, std::vector<CudnnPlan::Argument> arguments) {
    enlarge(scratch_, std::size_t(prepared.plan.scratch_bytes()));
    AttentionNumbers const numbers(prepared.shape);
    arguments.push_back({AttentionTensor::scale, &numbers.scale});
    if (prepared.shape.causal) {
      arguments.push_back({AttentionTensor::minus_infinity, &numbers.minus_infinity});
      if (prepared.shape.query_length != prepared.shape.key_length) {
        arguments.push_back({AttentionTensor::query_length, &numbers.query_length});
        arguments.push_back({AttentionTensor::key_length, &numbers.key_length});
      }
    }
    check(cudnn().set_stream(handle_, space.cuda_stream()), "cudnnSetStream");
    prepared.plan.execute(handle_, arguments, scratch_.data());
  }

  cudnnHandle_t handle_ = nullptr;
  std::optional<Prepared> forward_;
  std::optional<Prepared> backward_;
  Kokkos::View<char*, MemorySpace> scratch_;
  Kokkos::View<float*, MemorySpace> delta_;
  Kokkos::View<float*, MemorySpace> d_q_sums_;
  float one_ = 1;
};

State& state_of(VendorWorkspace& workspace) {
  if (!workspace.state) workspace.state = std::make_shared<State>();
  return *static_cast<State*>(workspace.state.get());
}

template <class Element>
void forward(Space const& space, AttentionShape shape, Heads<Element const> const& q, Heads<Element const> const& k,
             Heads<Element const> const& v, Heads<Element> const& out, RowStatistic<float> const& log_sum_exp,
             VendorWorkspace& workspace) {
  state_of(workspace).forward(space, shape, type_of<Element>,
                              {{AttentionTensor::q, q.data()},
                               {AttentionTensor::k, k.data()},
                               {AttentionTensor::v, v.data()},
                               {AttentionTensor::out, out.data()},
                               {AttentionTensor::log_sum_exp, log_sum_exp.data()}});
}

template <class Element>
void backward(Space const& space, AttentionShape shape, Heads<Element const> const& q, Heads<Element const> const& k,
              Heads<Element const> const& v, Heads<Element const> const& out,
              RowStatistic<float const> const& log_sum_exp, Heads<Element const> const& d_out,
              Heads<Element> const& d_q, Heads<Element> const& d_k, Heads<Element> const& d_v,
              VendorWorkspace& workspace) {
  state_of(workspace).backward(space, shape, type_of<Element>,
                               {{AttentionTensor::q, q.data()},
                                {AttentionTensor::k, k.data()},
                                {AttentionTensor::v, v.data()},
                                {AttentionTensor::out, out.data()},
                                {AttentionTensor::log_sum_exp, log_sum_exp.data()},
                                {AttentionTensor::d_out, d_out.data()},
                                {AttentionTensor::d_q, d_q.data()},
                                {AttentionTensor::d_k, d_k.data()},
                                {AttentionTensor::d_v, d_v.data()}});
}

}  // namespace

std::vector<VendorLibrary> vendor_attentions() {
  VendorLibrary result{.name = "cudnn", .version = "unknown", .problem = cudnn().file.problem()};
  if (result.problem.empty()) {
    result.version = text_of(cudnn().version());
    if (cudnn().version() < oldest_version)
      result.problem = "version " + result.version + " is older than " + text_of(oldest_version);
  }
  return {result};
}

void vendor_attention_forward(Space const& space, AttentionShape shape, Heads<Half const> q, Heads<Half const> k,
                              Heads<Half const> v, Heads<Half> out, RowStatistic<float> log_sum_exp,
                              VendorWorkspace& workspace) {
  forward(space, shape, q, k, v, out, log_sum_exp, workspace);
}

void vendor_attention_forward(Space const& space, AttentionShape shape, Heads<BFloat16 const> q,
                              Heads<BFloat16 const> k, Heads<BFloat16 const> v, Heads<BFloat16> out,
                              RowStatistic<float> log_sum_exp, VendorWorkspace& workspace) {
  forward(space, shape, q, k, v, out, log_sum_exp, workspace);
}

void vendor_attention_backward(Space const& space, AttentionShape shape, Heads<Half const> q, Heads<Half const> k,
                               Heads<Half const> v, Heads<Half const> out, RowStatistic<float const> log_sum_exp,
                               Heads<Half const> d_out, Heads<Half> d_q, Heads<Half> d_k, Heads<Half> d_v,
                               VendorWorkspace& workspace) {
  backward(space, shape, q, k, v, out, log_sum_exp, d_out, d_q, d_k, d_v, workspace);
}

void vendor_attention_backward(Space const& space, AttentionShape shape, Heads<BFloat16 const> q,
                               Heads<BFloat16 const> k, Heads<BFloat16 const> v, Heads<BFloat16 const> out,
                               RowStatistic<float const> log_sum_exp, Heads<BFloat16 const> d_out, Heads<BFloat16> d_q,
                               Heads<BFloat16> d_k, Heads<BFloat16> d_v, VendorWorkspace& workspace) {
  backward(space, shape, q, k, v, out, log_sum_exp, d_out, d_q, d_k, d_v, workspace);
}

}  // namespace hpcadvise::kernels
