// SPDX-License-Identifier: Apache-2.0
// Does cuDNN know the graphs of attention? Asked for a device that a file describes: the library needs none to say so.
// Arguments: that file, and the largest head size that backward is asked for; or "unknown", for a graph that is no
// attention. Exit code 0: there is an engine for each graph.
#include "kernels/vendor/cudnn_attention.hpp"
#include "kernels/vendor/cudnn_plan.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

using namespace hpcadvise::kernels;

namespace {

// In the words of CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION.
CudnnDescriptor device_of(char const* file) {
  std::ifstream stream(file);
  std::string const text(std::istreambuf_iterator<char>(stream), {});
  CudnnDescriptor device(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  device.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, text.data(), std::int64_t(text.size()));
  device.finalize();
  return device;
}

// log(A B) of four dimensions.
CudnnGraph unknown_graph() {
  CudnnGraph graph;
  CudnnExtents const extents{1, 4, 256, 256};
  auto const a = graph.in_memory(1, CUDNN_DATA_HALF, extents, packed(extents));
  auto const b = graph.in_memory(2, CUDNN_DATA_HALF, extents, packed(extents));
  auto const product = graph.product(a, b, graph.between(CUDNN_DATA_FLOAT, extents, packed(extents)));
  auto const logs =
      graph.pointwise(CUDNN_POINTWISE_LOG, {product}, graph.between(CUDNN_DATA_HALF, extents, packed(extents)));
  graph.product(logs, b, graph.in_memory(3, CUDNN_DATA_HALF, extents, packed(extents)));
  return graph;
}

struct Row {
  std::int64_t query_heads, kv_heads, query_length, key_length, head_size;
};

constexpr Row rows[] = {
    {32, 32, 2048, 2048, 128}, {32, 8, 4096, 4096, 128}, {2, 2, 131072, 131072, 128},
    {4, 4, 1000, 1000, 128},   {4, 2, 200, 333, 64},     {4, 4, 512, 512, 80},
    {4, 4, 512, 512, 96},      {4, 1, 1, 77, 64},        {4, 4, 512, 512, 256},
};

bool known(CudnnGraph const& graph, CudnnDescriptor const& device) {
  try {
    return !engine_configs(graph.finalized(nullptr), device.get()).empty();
  } catch (std::exception const& error) {
    std::printf("%s\n", error.what());
    return false;
  }
}

}  // namespace

int main(int count, char** arguments) try {
  if (count < 3) return 2;
  auto const device = device_of(arguments[1]);
  if (std::string_view(arguments[2]) == "unknown") return known(unknown_graph(), device) ? 0 : 1;
  std::int64_t const largest_backward_head = std::stoll(arguments[2]);
  int unknown = 0;
  for (auto const& row : rows)
    for (bool const causal : {false, true})
      for (bool const backward : {false, true})
        for (auto const type : {CUDNN_DATA_HALF, CUDNN_DATA_BFLOAT16}) {
          if (backward && row.head_size > largest_backward_head) continue;
          AttentionShape const shape{.batch = 2,
                                     .query_heads = row.query_heads,
                                     .kv_heads = row.kv_heads,
                                     .query_length = row.query_length,
                                     .key_length = row.key_length,
                                     .head_size = row.head_size,
                                     .causal = causal};
          auto const graph = backward ? attention_backward_graph(shape, type) : attention_forward_graph(shape, type);
          if (known(graph, device)) continue;
          ++unknown;
          std::printf("no engine: %s %s heads %d/%d lengths %d/%d head size %d\n", backward ? "backward" : "forward",
                      causal ? "causal" : "full", int(row.query_heads), int(row.kv_heads), int(row.query_length),
                      int(row.key_length), int(row.head_size));
        }
  return unknown == 0 ? 0 : 1;
} catch (std::exception const& error) {
  std::printf("%s\n", error.what());
  return 1;
}
