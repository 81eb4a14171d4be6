// SPDX-License-Identifier: Apache-2.0
// In place of libcudnn.so.9: executes the operations of a graph one by one, on the host, in double. Tensors in memory
// are fp32 whatever their type says, whole numbers are 32 bits. What it does is what NVIDIA documents each operation to
// do.
#include <cudnn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <vector>

namespace {

struct Descriptor {
  cudnnBackendDescriptorType_t type;
  std::map<int, std::vector<unsigned char>> attributes{};

  template <class Value>
  std::vector<Value> all(int name) const {
    auto const found = attributes.find(name);
    if (found == attributes.end()) return {};
    std::vector<Value> values(found->second.size() / sizeof(Value));
    std::memcpy(values.data(), found->second.data(), found->second.size());
    return values;
  }
  template <class Value>
  Value one(int name) const {
    auto const values = all<Value>(name);
    return values.empty() ? Value{} : values.front();
  }
  Descriptor const* refer(int name) const { return static_cast<Descriptor const*>(one<void*>(name)); }
};

std::size_t size_of(cudnnBackendAttributeType_t type) {
  switch (type) {
    case CUDNN_TYPE_BOOLEAN:
    case CUDNN_TYPE_CHAR: return 1;
    case CUDNN_TYPE_INT64:
    case CUDNN_TYPE_BACKEND_DESCRIPTOR:
    case CUDNN_TYPE_HANDLE:
    case CUDNN_TYPE_VOID_PTR: return 8;
    default: return 4;
  }
}

using Index = std::array<std::int64_t, 4>;

struct Tensor {
  Index extents;
  Index strides;
  std::vector<double>* values;

  // Where an extent is 1 there is one value for all; where heads are fewer, neighbours share one.
  double& at(Index index, Index of) const {
    std::size_t place = 0;
    for (std::size_t i = 0; i < 4; ++i) place += std::size_t(index[i] * extents[i] / of[i] * strides[i]);
    return (*values)[place];
  }
};

template <class Visit>
void for_each(Index extents, Visit visit) {
  for (std::int64_t a = 0; a < extents[0]; ++a)
    for (std::int64_t b = 0; b < extents[1]; ++b)
      for (std::int64_t c = 0; c < extents[2]; ++c)
        for (std::int64_t d = 0; d < extents[3]; ++d) visit(Index{a, b, c, d});
}

class Machine {
 public:
  explicit Machine(Descriptor const& pack) {
    auto const ids = pack.all<std::int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
    auto const data = pack.all<void*>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
    for (std::size_t i = 0; i < ids.size(); ++i) memory_[ids[i]] = data[i];
  }

  void run(Descriptor const& operation) {
    switch (operation.type) {
      case CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR: return product(operation);
      case CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR: return pointwise(operation);
      case CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR: return reduce(operation);
      default: return reshape(operation);
    }
  }

 private:
  Tensor tensor(Descriptor const& of) {
    Tensor result{};
    std::ranges::copy(of.all<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS), result.extents.begin());
    std::ranges::copy(of.all<std::int64_t>(CUDNN_ATTR_TENSOR_STRIDES), result.strides.begin());
    auto const id = of.one<std::int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID);
    auto const [place, is_new] = values_.try_emplace(id);
    result.values = &place->second;
    if (!is_new) return result;
    auto const& e = result.extents;
    result.values->resize(std::size_t(e[0] * e[1] * e[2] * e[3]), std::numeric_limits<double>::quiet_NaN());
    auto const found = memory_.find(id);
    if (found == memory_.end()) return result;
    bool const whole = of.one<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE) == CUDNN_DATA_INT32;
    for (std::size_t i = 0; i < result.values->size(); ++i)
      (*result.values)[i] = whole ? double(static_cast<std::int32_t const*>(found->second)[i])
                                  : double(static_cast<float const*>(found->second)[i]);
    return result;
  }

  // What stands in memory is written there at once.
  void keep(Descriptor const& of) {
    auto const id = of.one<std::int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID);
    if (of.one<unsigned char>(CUDNN_ATTR_TENSOR_IS_VIRTUAL) != 0) return;
    std::ranges::transform(values_.at(id), static_cast<float*>(memory_.at(id)),
                           [](double value) { return float(value); });
  }

  void product(Descriptor const& operation) {
    auto const a = tensor(*operation.refer(CUDNN_ATTR_OPERATION_MATMUL_ADESC));
    auto const b = tensor(*operation.refer(CUDNN_ATTR_OPERATION_MATMUL_BDESC));
    auto const& result = *operation.refer(CUDNN_ATTR_OPERATION_MATMUL_CDESC);
    auto const c = tensor(result);
    auto const length = a.extents[3];
    for_each(c.extents, [&](Index i) {
      double sum = 0;
      for (std::int64_t p = 0; p < length; ++p)
        sum += a.at({i[0], i[1], i[2], p}, {c.extents[0], c.extents[1], c.extents[2], length}) *
               b.at({i[0], i[1], p, i[3]}, {c.extents[0], c.extents[1], length, c.extents[3]});
      c.at(i, c.extents) = sum;
    });
    keep(result);
  }

  void pointwise(Descriptor const& operation) {
    auto const& how = *operation.refer(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR);
    auto const mode = how.one<cudnnPointwiseMode_t>(CUDNN_ATTR_POINTWISE_MODE);
    auto const axis = std::size_t(how.one<std::int64_t>(CUDNN_ATTR_POINTWISE_AXIS));
    auto const x = tensor(*operation.refer(CUDNN_ATTR_OPERATION_POINTWISE_XDESC));
    auto const* const b_descriptor = operation.refer(CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
    auto const* const t_descriptor = operation.refer(CUDNN_ATTR_OPERATION_POINTWISE_TDESC);
    auto const b = b_descriptor != nullptr ? tensor(*b_descriptor) : x;
    auto const t = t_descriptor != nullptr ? tensor(*t_descriptor) : x;
    auto const& result = *operation.refer(CUDNN_ATTR_OPERATION_POINTWISE_YDESC);
    auto const y = tensor(result);
    for_each(y.extents, [&](Index i) {
      double const left = x.at(i, y.extents), right = b.at(i, y.extents);
      auto& out = y.at(i, y.extents);
      switch (mode) {
        case CUDNN_POINTWISE_ADD: out = left + right; break;
        case CUDNN_POINTWISE_SUB: out = left - right; break;
        case CUDNN_POINTWISE_MUL: out = left * right; break;
        case CUDNN_POINTWISE_DIV: out = left / right; break;
        case CUDNN_POINTWISE_EXP: out = std::exp(left); break;
        case CUDNN_POINTWISE_LOG: out = std::log(left); break;
        case CUDNN_POINTWISE_IDENTITY: out = left; break;
        case CUDNN_POINTWISE_CMP_GE: out = left >= right ? 1 : 0; break;
        case CUDNN_POINTWISE_BINARY_SELECT: out = t.at(i, y.extents) != 0 ? left : right; break;
        case CUDNN_POINTWISE_GEN_INDEX: out = double(i[axis]); break;
        default: out = std::numeric_limits<double>::quiet_NaN();
      }
    });
    keep(result);
  }

  void reduce(Descriptor const& operation) {
    auto const& how = *operation.refer(CUDNN_ATTR_OPERATION_REDUCTION_DESC);
    bool const largest = how.one<cudnnReduceTensorOp_t>(CUDNN_ATTR_REDUCTION_OPERATOR) == CUDNN_REDUCE_TENSOR_MAX;
    auto const x = tensor(*operation.refer(CUDNN_ATTR_OPERATION_REDUCTION_XDESC));
    auto const& result = *operation.refer(CUDNN_ATTR_OPERATION_REDUCTION_YDESC);
    auto const y = tensor(result);
    std::ranges::fill(*y.values, largest ? -std::numeric_limits<double>::infinity() : 0);
    for_each(x.extents, [&](Index i) {
      auto& out = y.at(i, x.extents);
      auto const value = x.at(i, x.extents);
      out = largest ? std::max(out, value) : out + value;
    });
    keep(result);
  }

  // The same values in the same places, in other extents.
  void reshape(Descriptor const& operation) {
    auto const x = tensor(*operation.refer(CUDNN_ATTR_OPERATION_RESHAPE_XDESC));
    auto const y = tensor(*operation.refer(CUDNN_ATTR_OPERATION_RESHAPE_YDESC));
    *y.values = *x.values;
  }

  std::map<std::int64_t, void*> memory_;
  std::map<std::int64_t, std::vector<double>> values_;
};

Descriptor& as_descriptor(cudnnBackendDescriptor_t descriptor) { return *static_cast<Descriptor*>(descriptor); }

}  // namespace

extern "C" {

std::size_t cudnnGetVersion() { return 0; }
char const* cudnnGetErrorString(cudnnStatus_t) { return "an error of the model"; }
void cudnnGetLastErrorString(char*, std::size_t) {}
cudnnStatus_t cudnnCreate(cudnnHandle_t*) { return CUDNN_STATUS_NOT_SUPPORTED; }
cudnnStatus_t cudnnDestroy(cudnnHandle_t) { return CUDNN_STATUS_SUCCESS; }
cudnnStatus_t cudnnSetStream(cudnnHandle_t, cudaStream_t) { return CUDNN_STATUS_SUCCESS; }
cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t) { return CUDNN_STATUS_SUCCESS; }

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t* descriptor) {
  *descriptor = new Descriptor{.type = type};
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
  delete static_cast<Descriptor*>(descriptor);
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, std::int64_t count, void const* values) {
  auto const* const bytes = static_cast<unsigned char const*>(values);
  as_descriptor(descriptor).attributes[name].assign(bytes, bytes + std::size_t(count) * size_of(type));
  return CUDNN_STATUS_SUCCESS;
}

// One engine for any graph, without scratch memory.
cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t, std::int64_t, std::int64_t* count, void* values) {
  if (name == CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE) {
    *static_cast<std::int64_t*>(values) = 0;
    return CUDNN_STATUS_SUCCESS;
  }
  *count = 1;
  if (values == nullptr) return CUDNN_STATUS_SUCCESS;
  auto& config = as_descriptor(static_cast<cudnnBackendDescriptor_t*>(values)[0]);
  config.attributes = as_descriptor(descriptor).attributes;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t, cudnnBackendDescriptor_t plan, cudnnBackendDescriptor_t pack) {
  auto const* const config = as_descriptor(plan).refer(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
  auto const* const graph = config->refer(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
  Machine machine(as_descriptor(pack));
  for (void* const operation : graph->all<void*>(CUDNN_ATTR_OPERATIONGRAPH_OPS))
    machine.run(*static_cast<Descriptor const*>(operation));
  return CUDNN_STATUS_SUCCESS;
}
}
