// Reads back what src/bin/bundle/septets.rs wrote: `length` bytes as text, seven bits to a character.
function queuescopeSeptets(text, length) {
  "use strict";
  const unfit = [0, 13, 60];
  const bytes = new Uint8Array(text.length * 2);
  let held = 0, count = 0, at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i), bits = 7;
    if (code > 127) {
      code = unfit[code - 128 >> 7] << 7 | code & 127;
      bits = 14;
    }
    held = held << bits | code;
    count += bits;
    while (count >= 8) {
      count -= 8;
      bytes[at++] = held >> count;
    }
    held &= 255;
  }
  return bytes.subarray(0, Math.min(at, length));
}
