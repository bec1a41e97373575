#include "agent/spool/spool_group.h"

#include "base/bytes.h"

namespace logsvc::agent {
namespace {
constexpr uint8_t kVersion = 2;
}

std::string encode_spool_group(const SpoolGroup& group) {
  std::string out;
  out.reserve(64 + group.source.size() + group.position.size() + group.block.size());
  put_u8(out, kVersion);
  put_string(out, group.source);
  put_string(out, group.position);
  put_string(out, group.tenant);
  put_varint(out, group.first_line);
  put_varint(out, group.lines);
  put_zigzag(out, group.read_at);
  out += group.block;
  return out;
}

Result<SpoolGroup> decode_spool_group(std::string_view bytes) {
  ByteReader in(bytes);
  SpoolGroup group;
  const bool known = in.u8() == kVersion;
  group.source = in.string();
  group.position = in.string();
  group.tenant = in.string();
  group.first_line = in.varint();
  group.lines = in.varint();
  group.read_at = in.zigzag();
  group.block = in.rest();
  if (!known || !in.ok() || (group.lines > 0) == group.block.empty())
    return Error{ErrorCode::kCorrupt, "a spool group cannot be read"};
  return group;
}

}  // namespace logsvc::agent
