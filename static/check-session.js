// The frame that applications poll (OpenID Connect Session Management, section 3.2): whoever sends
// "<client id> <session state>" hears "unchanged", "changed" or "error". Without the cookie nothing can
// be told: the browser keeps it from frames, and saying "changed" would have the application ask for
// ever. SHA-256 is here because browsers offer theirs only to some frames, and never at once.
(function () {
  var cookie = document.getElementsByTagName("script")[0].getAttribute("data-cookie");

  function state() {
    var pairs = document.cookie.split("; ");
    for (var i = 0; i < pairs.length; i++) {
      if (pairs[i].indexOf(cookie + "=") === 0) {
        return pairs[i].slice(cookie.length + 1);
      }
    }
    return null;
  }

  // Of ASCII texts: whatever else there is cannot be in a session state of ours.
  function sha256(text) {
    var k = [], h = [], primes = 0, n, i, j;
    function fraction(x) {
      return ((x - Math.floor(x)) * 4294967296) | 0;
    }
    for (n = 2; primes < 64; n++) {
      for (j = 2; j * j <= n && n % j; j++) {}
      if (j * j > n) {
        if (primes < 8) {
          h.push(fraction(Math.pow(n, 1 / 2)));
        }
        k.push(fraction(Math.pow(n, 1 / 3)));
        primes++;
      }
    }
    var bits = text.length * 8;
    text += "\x80";
    while (text.length % 64 !== 56) {
      text += "\x00";
    }
    var words = [];
    for (i = 0; i < text.length; i++) {
      words[i >> 2] |= (text.charCodeAt(i) & 255) << (24 - (i % 4) * 8);
    }
    words.push(Math.floor(bits / 4294967296), bits | 0);
    function rotate(x, by) {
      return (x >>> by) | (x << (32 - by));
    }
    for (var block = 0; block < words.length; block += 16) {
      var w = words.slice(block, block + 16), v = h.slice();
      for (i = 0; i < 64; i++) {
        if (i > 15) {
          var a = w[i - 15], b = w[i - 2];
          w[i] = (w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)) + w[i - 7] +
            (rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10))) | 0;
        }
        var one = (v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) +
          ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i]) | 0;
        var two = ((rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) +
          ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))) | 0;
        v = [(one + two) | 0, v[0], v[1], v[2], (v[3] + one) | 0, v[4], v[5], v[6]];
      }
      for (i = 0; i < 8; i++) {
        h[i] = (h[i] + v[i]) | 0;
      }
    }
    return h;
  }

  function base64url(words) {
    var letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    var text = "";
    for (var bit = 0; bit < 256; bit += 6) {
      var six = 0;
      for (var i = bit; i < bit + 6; i++) {
        six = six * 2 + (i < 256 ? (words[i >> 5] >>> (31 - (i % 32))) & 1 : 0);
      }
      text += letters.charAt(six);
    }
    return text;
  }

  function answer(message, origin) {
    var parts = typeof message === "string" ? message.split(" ") : [];
    var salt = parts.length === 2 ? parts[1].split(".")[1] : "";
    var own = state();
    if (!salt || !parts[0] || !own) {
      return "error";
    }
    var digest = base64url(sha256(parts[0] + " " + origin + " " + own + " " + salt));
    return digest + "." + salt === parts[1] ? "unchanged" : "changed";
  }

  addEventListener("message", function (event) {
    // A page without an origin cannot be answered to it alone.
    if (event.source && event.origin && event.origin !== "null") {
      event.source.postMessage(answer(event.data, event.origin), event.origin);
    }
  });
})();
