// The input is stages in YAML up to a line of ---, then lines for them.
#include "support/pipeline_lines.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const size_t split = text.find("\n---\n");
  if (split == std::string::npos) return 0;
  testing::TestJob job(text.substr(0, split));
  if (!job.job) return 0;
  std::vector<std::string> lines;
  for (size_t at = split + 5; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  (void)job.run({{"job", "app"}, {"__meta_docker_container_name", "/api-1"}}, lines);
  (void)job.metrics.text();
  return 0;
}
