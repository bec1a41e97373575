#include "agent/docker/cursor.h"
#include "agent/docker/log_file_decoder.h"
#include "agent/docker/log_frame_decoder.h"
#include "agent/docker/partial_joiner.h"
#include "agent/spool/spool_group.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc::agent;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const bool tty : {false, true}) {
    LogFrameDecoder decoder(tty);
    PartialJoiner joiner(1000);
    const auto on_line = [](OutputStream, logsvc::Timestamp, std::string_view) {};
    const auto on_record = [&](const LogRecord& r) { joiner.add(r, on_line); };
    for (size_t at = 0; at < bytes.size(); at += 7) {
      if (!decoder.feed(bytes.substr(at, 7), on_record).ok()) break;
    }
    decoder.finish(on_record);
    joiner.finish(on_line);
  }
  std::string scratch;
  for (const LogFileFormat format : {LogFileFormat::kJsonFile, LogFileFormat::kLocal}) {
    for (std::string_view rest = bytes; !rest.empty();) {
      const DecodedRecord record = decode_log_file(format, rest, scratch);
      if (record.kind == DecodedRecord::Kind::kIncomplete) break;
      rest.remove_prefix(record.bytes);
    }
  }
  (void)decode_cursor(std::string(bytes)).ok();
  (void)decode_spool_group(bytes).ok();
  return 0;
}
