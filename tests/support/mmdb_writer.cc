#include "support/mmdb_writer.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <stdexcept>

#include "config/yaml_reader.h"

namespace logsvc::testing {
namespace {

using config::YamlNode;

enum Type {
  kPointer = 1,
  kText = 2,
  kDouble = 3,
  kUint16 = 5,
  kUint32 = 6,
  kMap = 7,
  kUint64 = 9,
  kList = 11,
  kBool = 14
};

void append_big_endian(std::string& out, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
}

// Writes the data section: values one after the other, repeated texts as pointers.
class DataWriter {
 public:
  const std::string& bytes() const { return out_; }
  size_t size() const { return out_.size(); }

  void add(const YamlNode& node) {
    if (node.is_map()) {
      add_head(kMap, node.members.size());
      for (const auto& [key, value] : node.members) {
        add_text(key.text);
        add(value);
      }
    } else if (node.is_list()) {
      add_head(kList, node.items.size());
      for (const YamlNode& item : node.items) add(item);
    } else {
      add_scalar(node);
    }
  }
  void add_text(const std::string& text) {
    const auto known = texts_.find(text);
    if (known != texts_.end() && text.size() > 2) return add_pointer(known->second);
    texts_.emplace(text, out_.size());
    add_head(kText, text.size());
    out_ += text;
  }
  void add_map(size_t members) { add_head(kMap, members); }
  void add_list(size_t items) { add_head(kList, items); }
  // Leaves out leading zero bytes, as the format allows.
  void add_whole(Type type, uint64_t value) {
    const int bytes = (64 - std::countl_zero(value) + 7) / 8;
    add_head(type, static_cast<size_t>(bytes));
    append_big_endian(out_, value, bytes);
  }

 private:
  void add_head(int type, size_t size) {
    const size_t small = size < 29 ? size : size < 285 ? 29 : 30;
    out_ += static_cast<char>((type > 7 ? 0 : type << 5) | static_cast<int>(small));
    if (type > 7) out_ += static_cast<char>(type - 7);
    if (small == 29) append_big_endian(out_, size - 29, 1);
    if (small == 30) append_big_endian(out_, size - 285, 2);
  }
  void add_pointer(size_t to) {
    if (to < 2048) {
      append_big_endian(out_, (kPointer << 13) | to, 2);
    } else {
      append_big_endian(out_, (kPointer << 21) | (1 << 19) | (to - 2048), 3);
    }
  }
  void add_scalar(const YamlNode& node) {
    switch (node.quoted ? config::PlainType::kText : config::plain_type(node)) {
      case config::PlainType::kText:
        return add_text(node.text);
      case config::PlainType::kBool:
        return add_head(kBool, node.text == "true" ? 1 : 0);
      case config::PlainType::kInteger:
        return add_whole(kUint32, std::stoul(node.text));
      case config::PlainType::kFloat:
        add_head(kDouble, 8);
        return append_big_endian(out_, std::bit_cast<uint64_t>(std::stod(node.text)), 8);
    }
  }

  std::string out_;
  std::map<std::string, size_t> texts_;  // where each begins
};

struct Network {
  std::array<uint8_t, 16> address{};
  int bits = 0;
  size_t data = 0;  // where its value begins in the data section
  bool bit(int at) const { return address[static_cast<size_t>(at / 8)] >> (7 - at % 8) & 1; }
};

Network parse_network(const std::string& text, int ip_version) {
  const size_t slash = text.find('/');
  if (slash == std::string::npos) throw std::runtime_error(text + ": no /");
  const std::string address = text.substr(0, slash);
  Network out;
  out.bits = std::stoi(text.substr(slash + 1));
  if (::inet_pton(AF_INET6, address.c_str(), out.address.data()) == 1 && ip_version == 6)
    return out;
  uint8_t* const at = out.address.data() + (ip_version == 6 ? 12 : 0);
  if (::inet_pton(AF_INET, address.c_str(), at) != 1) throw std::runtime_error(text + ": what?");
  if (ip_version == 6) out.bits += 96;
  return out;
}

// Builds the search tree. A record is a node, nothing, or a place in the data.
class Tree {
 public:
  void add(const Network& network) {
    size_t node = 0;
    for (int at = 0; at < network.bits; ++at) {
      const bool right = network.bit(at);
      if (at + 1 == network.bits) {
        nodes_[node][right] = {Record::kData, network.data};
        return;
      }
      if (nodes_[node][right].kind != Record::kNode) {
        const Record around = nodes_[node][right];  // a larger network: both halves have it
        nodes_.push_back({around, around});
        nodes_[node][right] = {Record::kNode, nodes_.size() - 1};
      }
      node = nodes_[node][right].to;
    }
  }
  size_t size() const { return nodes_.size(); }
  std::string bytes(int record_bits) const {
    std::string out;
    for (const auto& node : nodes_) {
      const uint64_t left = value_of(node[0]), right = value_of(node[1]);
      if (record_bits == 28) {
        append_big_endian(out, left & 0xFFFFFF, 3);
        append_big_endian(out, (left >> 24) << 4 | right >> 24, 1);
        append_big_endian(out, right & 0xFFFFFF, 3);
      } else {
        append_big_endian(out, left, record_bits / 8);
        append_big_endian(out, right, record_bits / 8);
      }
    }
    return out;
  }

 private:
  struct Record {
    enum Kind { kNothing, kNode, kData } kind = kNothing;
    size_t to = 0;
  };
  uint64_t value_of(const Record& record) const {
    if (record.kind == Record::kNode) return record.to;
    return nodes_.size() + (record.kind == Record::kData ? 16 + record.to : 0);
  }
  std::vector<std::array<Record, 2>> nodes_{1};
};

std::string metadata(const MmdbOptions& options, size_t nodes) {
  DataWriter out;
  const auto number = [&](const char* name, Type type, uint64_t value) {
    out.add_text(name);
    out.add_whole(type, value);
  };
  out.add_map(9);
  number("node_count", kUint32, nodes);
  number("record_size", kUint16, static_cast<uint64_t>(options.record_bits));
  number("ip_version", kUint16, static_cast<uint64_t>(options.ip_version));
  number("binary_format_major_version", kUint16, 2);
  number("binary_format_minor_version", kUint16, 0);
  number("build_epoch", kUint64, 1'767'225'600);
  out.add_text("database_type");
  out.add_text(options.type);
  out.add_text("languages");
  out.add_list(1);
  out.add_text("en");
  out.add_text("description");
  out.add_map(1);
  out.add_text("en");
  out.add_text("a database of a test");
  return out.bytes();
}

}  // namespace

std::string make_mmdb(const MmdbOptions& options, MmdbNetworks networks) {
  DataWriter data;
  std::vector<Network> all;
  for (const auto& [text, value] : networks) {
    all.push_back(parse_network(text, options.ip_version));
    all.back().data = data.size();
    data.add(value);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Network& a, const Network& b) { return a.bits < b.bits; });
  Tree tree;
  for (const Network& network : all) tree.add(network);
  return tree.bytes(options.record_bits) + std::string(16, '\0') + data.bytes() +
         "\xab\xcd\xefMaxMind.com" + metadata(options, tree.size());
}

std::string make_mmdb(const MmdbOptions& options, const std::string& networks) {
  const auto node = config::parse_yaml("networks", networks);
  if (!node.ok()) throw std::runtime_error(node.error().message);
  MmdbNetworks all;
  for (const auto& [network, value] : node->members) all.emplace_back(network.text, value);
  return make_mmdb(options, std::move(all));
}

}  // namespace logsvc::testing
