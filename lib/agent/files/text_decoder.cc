#include "agent/files/text_decoder.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <utility>

namespace logsvc::agent {
namespace {

const iconv_t kNone = reinterpret_cast<iconv_t>(-1);  // NOLINT: iconv's own value for none
constexpr char kReplacement[] = "\xEF\xBF\xBD";
constexpr std::string_view kMark = "\xEF\xBB\xBF";

// IANA names that differ in glibc.
constexpr std::pair<const char*, const char*> kOtherNames[] = {
    {"CSUTF16", "UTF-16"},
    {"UTF16", "UTF-16"},
    {"UCS-2", "UTF-16"},
    {"CSUNICODE", "UTF-16"},
    {"ISO-10646-UCS-2", "UTF-16"},
    {"UNICODE", "UTF-16"},
    {"CSUTF16BE", "UTF-16BE"},
    {"CSUTF16LE", "UTF-16LE"},
    {"CSUTF32", "UTF-32"},
    {"UTF32", "UTF-32"},
    {"UCS-4", "UTF-32"},
    {"CSUCS4", "UTF-32"},
    {"ISO-10646-UCS-4", "UTF-32"},
    {"CSUTF8", "UTF-8"},
    {"UTF8", "UTF-8"},
    {"IBM00858", "IBM858"},
    {"CCSID00858", "IBM858"},
    {"CP00858", "IBM858"},
    {"PC-MULTILINGUAL-850+EURO", "IBM858"},
    {"IBM01140", "IBM1140"},
    {"CCSID01140", "IBM1140"},
    {"CP01140", "IBM1140"},
    {"EBCDIC-US-37+EURO", "IBM1140"},
    {"IBM-1047", "IBM1047"},
    {"EXTENDED_UNIX_CODE_PACKED_FORMAT_FOR_JAPANESE", "EUC-JP"},
    {"CSEUCPKDFMTJAPANESE", "EUC-JP"},
    {"CSSHIFTJIS", "SHIFT_JIS"},
    {"ISO_8859-6-E", "ISO-8859-6"},
    {"ISO_8859-6-I", "ISO-8859-6"},
    {"ISO_8859-8-E", "ISO-8859-8"},
    {"ISO_8859-8-I", "ISO-8859-8"},
    {"ISO-8859-6-E", "ISO-8859-6"},
    {"ISO-8859-6-I", "ISO-8859-6"},
    {"ISO-8859-8-E", "ISO-8859-8"},
    {"ISO-8859-8-I", "ISO-8859-8"},
    {"ISO885914", "ISO-8859-14"},
    {"CSMACINTOSH", "MACINTOSH"},
    {"CSBIG5", "BIG5"},
    {"CSGB18030", "GB18030"},
    {"CSGBK", "GBK"},
    {"WINDOWS-936", "GBK"},
    {"CSEUCKR", "EUC-KR"},
    {"CSKOI8R", "KOI8-R"},
    {"CSKOI8U", "KOI8-U"},
    {"CSIBM00858", "IBM858"},
    {"CSIBM01140", "IBM1140"},
    {"CSIBM1047", "IBM1047"},
};

std::string iconv_name(const std::string& encoding) {
  std::string upper = encoding;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const auto& [theirs, ours] : kOtherNames) {
    if (upper == theirs) return ours;
  }
  if (upper.starts_with("CSWINDOWS")) return "WINDOWS-" + upper.substr(9);
  return encoding.find('/') == std::string::npos ? upper : "";  // no //TRANSLIT
}

// Returns a line end in the encoding; empty if the encoding has none.
std::string encoded_line_end(const std::string& name) {
  const iconv_t to = ::iconv_open(name.c_str(), "UTF-8");
  if (to == kNone) return "";
  char in[] = "\n", out[8];
  char *from = in, *end = out;
  size_t left = 1, room = sizeof out;
  const bool done = ::iconv(to, &from, &left, &end, &room) != static_cast<size_t>(-1);
  ::iconv_close(to);
  return done ? std::string(out, end) : "";
}

}  // namespace

Result<std::unique_ptr<TextDecoder>> TextDecoder::make(const std::string& encoding) {
  std::unique_ptr<TextDecoder> out(new TextDecoder(iconv_name(encoding)));
  out->has_open_order_ = out->name_ == "UTF-16" || out->name_ == "UTF-32";
  if (const Status opened = out->open(out->has_open_order_ ? out->name_ + "BE" : out->name_);
      !opened.ok()) {
    return invalid("encoding: the system does not know " + encoding);
  }
  return out;
}

TextDecoder::~TextDecoder() {
  if (handle_ != kNone) ::iconv_close(handle_);
}

Status TextDecoder::open(const std::string& name) {
  if (handle_ != kNone) ::iconv_close(handle_);
  handle_ = name.empty() ? kNone : ::iconv_open("UTF-8", name.c_str());
  line_end_ = handle_ == kNone ? "" : encoded_line_end(name);
  if (line_end_.empty()) return invalid("no encoding: " + name);
  return {};
}

bool TextDecoder::begin(std::string_view head) {
  if (!has_open_order_) return true;
  if (head.size() < unit_bytes()) return false;
  const std::string_view mark = head.substr(0, unit_bytes());
  const bool little = mark == std::string_view("\xFF\xFE\0\0", unit_bytes());
  return open(name_ + (little ? "LE" : "BE")).ok();
}

std::string_view TextDecoder::decode(std::string_view line, bool first) {
  out_.clear();
  ::iconv(handle_, nullptr, nullptr, nullptr, nullptr);
  std::string text(line);
  char* in = text.data();
  size_t left = text.size();
  while (left > 0) {
    char piece[512];
    char* to = piece;
    size_t room = sizeof piece;
    const size_t outcome = ::iconv(handle_, &in, &left, &to, &room);
    out_.append(piece, sizeof piece - room);
    if (outcome != static_cast<size_t>(-1) || errno == E2BIG) continue;
    if (left == 0) break;
    out_ += kReplacement;
    const size_t skipped = std::min(left, unit_bytes());
    in += skipped;
    left -= skipped;
  }
  const bool marked = first && unit_bytes() > 1 && out_.starts_with(kMark);
  return marked ? std::string_view(out_).substr(kMark.size()) : std::string_view(out_);
}

}  // namespace logsvc::agent
