#include "server/ingest/masked_batch.h"

#include <doctest/doctest.h>

#include "support/batches.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("lines, metadata and labels are masked before anything is stored") {
  Batch batch;
  const LabelSet labels = LabelSet::from({{"job", "a"}, {"user", "kim@example.com"}});
  add_lines(batch, labels,
            {{1, "card 4111111111111111", {{"a", "x"}, {"tel", "010-1234-5678"}}}, {2, "plain"}});
  batch.packed.snappy = "compressed";
  mask_batch(*masking::Masker::of_built_ins(), batch);
  const StreamEntries& stream = batch.streams[0];
  CHECK(stream.labels.get("user") == "<email>");
  CHECK(stream.labels.get("job") == "a");
  CHECK(stream.entries[0].line == "card <card>");
  CHECK(stream.entries[0].metadata[0].value == "x");
  CHECK(stream.entries[0].metadata[1].name == "tel");
  CHECK(stream.entries[0].metadata[1].value == "<phone>");
  CHECK(stream.entries[1].line == "plain");
  // The compressed form still has what was hidden.
  CHECK(batch.packed.snappy.empty());
}

TEST_CASE("a batch with nothing to hide keeps its compressed form") {
  Batch batch;
  add_lines(batch, LabelSet::from({{"job", "a"}}), {{1, "plain", {{"a", "x"}}}});
  batch.packed.snappy = "compressed";
  const char* line = batch.streams[0].entries[0].line.data();
  mask_batch(*masking::Masker::of_built_ins(), batch);
  CHECK(batch.packed.snappy == "compressed");
  CHECK(batch.streams[0].entries[0].line.data() == line);
}

TEST_SUITE_END();

}  // namespace logsvc::server
