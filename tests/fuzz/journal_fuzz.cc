// Opens a journal of one segment from foreign bytes, as the last and as an earlier one: what it has
// is read, what is appended is found again, and the numbers rise.
#include <cstdlib>

#include "journal/journal.h"
#include "support/mem_file_system.h"

using namespace logsvc;
using namespace logsvc::journal;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

uint64_t read_all(const Journal& journal, std::string* last) {
  const auto reader = journal.read_from(1);
  uint64_t sequence = 0;
  while (true) {
    const auto more = reader->next();
    require(more.ok());
    if (!*more) return sequence;
    require(reader->sequence() > sequence);
    sequence = reader->sequence();
    *last = reader->record();
  }
}

void check(testing::MemFileSystem& files) {
  auto journal = Journal::open(files, "/j", {}, nullptr);
  if (!journal.ok()) return;
  std::string last;
  const uint64_t had = read_all(**journal, &last);
  const auto sequence = (*journal)->append_durable("appended");
  require(sequence.ok() && *sequence > had);
  journal->reset();
  journal = Journal::open(files, "/j", {}, nullptr);
  require(journal.ok());
  require(read_all(**journal, &last) == *sequence && last == "appended");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const bool is_last : {true, false}) {
    testing::MemFileSystem files;
    files.set_bytes("/j/" + segment_name(1), bytes);
    if (!is_last) {
      const SegmentHeader header = new_segment_header(50, 50);
      files.set_bytes("/j/" + segment_name(50),
                      encode_segment_header(header) + encode_record_header(header, 50, "x") + "x");
    }
    check(files);
  }
  return 0;
}
