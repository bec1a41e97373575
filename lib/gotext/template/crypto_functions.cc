// Defines sprig's passwords and ciphers. Keys, certificates and bcrypt take seconds of processor
// time and differ at each call; they do not fit a pipeline and give an error that says so.
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/base64.h"
#include "gotext/template/functions.h"
#include "gotext/template/random_bytes.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;
constexpr Parameter kString = Parameter::kString;
constexpr Parameter kInt = Parameter::kInt;

const unsigned char* bytes(const std::string& s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

Error unsupported(const char* what) {
  return {ErrorCode::kUnsupported, std::string(what) + " cannot be made in a pipeline of logs"};
}

// ---- AES-256 in CBC mode ----

constexpr size_t kBlock = 16;

// The key is the password, cut or filled up with zeros. The data must be whole blocks.
Result<std::string> crypted(const std::string& password, const std::string& vector,
                            const std::string& data, bool encrypt) {
  std::string key = password;
  key.resize(32, '\0');
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  std::string out(data.size(), '\0');
  int length = 0;
  if (!context ||
      EVP_CipherInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, bytes(key), bytes(vector),
                        encrypt ? 1 : 0) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_CipherUpdate(context.get(), bytes(out), &length, bytes(data),
                       static_cast<int>(data.size())) != 1 ||
      static_cast<size_t>(length) != data.size()) {
    return invalid("the cipher failed");
  }
  return out;
}

// Returns base 64 of a random start vector and the blocks; the last is padded with bytes that say
// how many they are.
Outcome encrypt_aes(Context&, Arguments a) {
  std::string data = *a[1].text();
  if (data.empty()) return Value::string("");
  if (data.size() > kMaxOutputBytes) return invalid("the text is too long");
  const size_t gap = kBlock - data.size() % kBlock;
  data.append(gap, static_cast<char>(gap));
  ASSIGN_OR_RETURN(const std::string vector, random_bytes(kBlock));
  ASSIGN_OR_RETURN(const std::string out, crypted(*a[0].text(), vector, data, true));
  return Value(encode_base64(vector + out));
}
Outcome decrypt_aes(Context&, Arguments a) {
  if (a[1].text()->empty()) return Value::string("");
  ASSIGN_OR_RETURN(const std::string data, decode_base64(*a[1].text()));
  if (data.size() < 2 * kBlock || data.size() % kBlock != 0) {
    return invalid("crypto/cipher: input not full blocks");
  }
  ASSIGN_OR_RETURN(std::string out,
                   crypted(*a[0].text(), data.substr(0, kBlock), data.substr(kBlock), false));
  const auto gap = static_cast<unsigned char>(out.back());
  if (gap > out.size()) return invalid("the text was encrypted with another password");
  out.resize(out.size() - gap);
  return Value(std::move(out));
}

// ---- passwords ----

constexpr unsigned int kDigestBytes = 32;

Result<std::string> keyed_digest(const std::string& key, const std::string& text) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> hmac(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, nullptr, bytes(key), key.size()), EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  std::string out(kDigestBytes, '\0');
  size_t length = out.size();
  if (!hmac || !context ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, hmac.get()) != 1 ||
      EVP_DigestSign(context.get(), bytes(out), &length, bytes(text), text.size()) != 1) {
    return invalid("the digest failed");
  }
  return out;
}

// Returns the forms of passwords of the Master Password algorithm, by its letters for sets of
// characters.
std::vector<std::string_view> password_forms(std::string_view type) {
  if (type == "maximum") return {"anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"};
  if (type == "long") {
    return {"CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv", "CvccCvcvCvcvno", "CvcvnoCvccCvcv", "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno", "CvcvnoCvcvCvcc", "CvcvCvcvnoCvcc", "CvcvCvcvCvccno",
            "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno", "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc", "CvcvCvccCvccno", "CvccnoCvcvCvcc", "CvccCvcvnoCvcc",
            "CvccCvcvCvccno"};
  }
  if (type == "medium") return {"CvcnoCvc", "CvcCvcno"};
  if (type == "short") return {"Cvcn"};
  if (type == "basic") return {"aaanaaan", "aannaaan", "aaannaaa"};
  if (type == "pin") return {"nnnn"};
  return {};
}
std::string characters_of(char set) {
  const std::string vowels = "AEIOU", consonants = "BCDFGHJKLMNPQRSTVWXYZ";
  const std::string small_vowels = "aeiou", small_consonants = "bcdfghjklmnpqrstvwxyz";
  const std::string digits = "0123456789";
  const std::string letters = vowels + small_vowels + consonants + small_consonants;
  switch (set) {
    case 'V':
      return vowels;
    case 'C':
      return consonants;
    case 'v':
      return small_vowels;
    case 'c':
      return small_consonants;
    case 'a':
      return letters;
    case 'n':
      return digits;
    case 'o':
      return "@&%?,=[]_:-+*$#!'^~;()/.";
    default:
      return letters + digits + "!@#$%^&*()";
  }
}

std::string big_endian(uint64_t v) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift & 255);
  return out;
}

// Takes counter, type, password, user, site. It needs 32 MiB and some tenths of a second.
Outcome derive_password(Context&, Arguments a) {
  const int64_t counter = to_integer(a[0]);
  if (counter < 0 || counter > UINT32_MAX) return invalid("the counter is no uint32");
  const auto forms = password_forms(*a[1].text());
  if (forms.empty()) return Value("cannot find password template " + *a[1].text());
  const std::string &password = *a[2].text(), &user = *a[3].text(), &site = *a[4].text();
  const std::string scope = "com.lyndir.masterpassword";
  const std::string salt = scope + big_endian(user.size()) + user;
  std::string key(64, '\0');
  if (EVP_PBE_scrypt(password.data(), password.size(), bytes(salt), salt.size(), 32768, 8, 2,
                     64u << 20, bytes(key), key.size()) != 1) {
    return invalid("the key cannot be derived");
  }
  const std::string subject =
      scope + big_endian(site.size()) + site + big_endian(static_cast<uint64_t>(counter));
  ASSIGN_OR_RETURN(const std::string seed, keyed_digest(key, subject));
  const auto from = [&](size_t at, size_t size) {
    return static_cast<unsigned char>(seed[at]) % size;
  };
  const std::string_view form = forms[from(0, forms.size())];
  std::string out;
  for (size_t i = 0; i < form.size(); ++i) {
    const std::string set = characters_of(form[i]);
    out += set[from(i + 1, set.size())];
  }
  return Value(std::move(out));
}

// Takes user, password, kind of digest; returns a line of a file for web servers.
Outcome htpasswd(Context&, Arguments a) {
  const std::string &user = *a[0].text(), &password = *a[1].text();
  if (user.find(':') != std::string::npos) return Value("invalid username: " + user);
  if (*a[2].text() != "sha") return unsupported("digests of bcrypt");
  std::string digest(20, '\0');
  if (EVP_Digest(password.data(), password.size(), bytes(digest), nullptr, EVP_sha1(), nullptr) !=
      1) {
    return invalid("the digest failed");
  }
  return Value(user + ":{SHA}" + encode_base64(digest));
}

Outcome no_bcrypt(Context&, Arguments) { return unsupported("digests of bcrypt"); }
Outcome no_key(Context&, Arguments) { return unsupported("private keys"); }
Outcome no_certificate(Context&, Arguments) { return unsupported("certificates"); }

const Function kFunctions[] = {
    {"encryptAES", {kString, kString}, false, encrypt_aes},
    {"decryptAES", {kString, kString}, false, decrypt_aes},
    {"derivePassword", {kAny, kString, kString, kString, kString}, false, derive_password},
    {"htpasswd", {kString, kString, kString}, false, htpasswd},
    {"bcrypt", {kString}, false, no_bcrypt},
    {"genPrivateKey", {kString}, false, no_key},
    {"buildCustomCert", {kString, kString}, false, no_certificate},
    {"genCA", {kString, kInt}, false, no_certificate},
    {"genCAWithKey", {kString, kInt, kString}, false, no_certificate},
    {"genSelfSignedCert", {kString, kAny, kAny, kInt}, false, no_certificate},
    {"genSelfSignedCertWithKey", {kString, kAny, kAny, kInt, kString}, false, no_certificate},
    {"genSignedCert", {kString, kAny, kAny, kInt, kAny}, false, no_certificate},
    {"genSignedCertWithKey", {kString, kAny, kAny, kInt, kAny, kString}, false, no_certificate},
};

}  // namespace

std::span<const Function> crypto_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
