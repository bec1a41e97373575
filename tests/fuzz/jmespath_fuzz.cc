// The input is an expression, a line end, and a JSON text.
#include "gotext/jmespath/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t split = text.find('\n');
  if (split == std::string_view::npos) return 0;
  extract::JsonTree tree;
  if (!tree.parse(text.substr(split + 1))) return 0;
  std::string out;
  const jmespath::Value root(jmespath::Value::Place{&tree, 0});
  root.append_json(out);
  const auto expression = jmespath::Expression::parse(text.substr(0, split));
  if (!expression.ok()) return 0;
  const auto found = expression->search(root);
  if (found.ok()) found->append_json(out);
  return 0;
}
