/*
 * The two pages of data that a case begins with, and what an instruction left of them. A result carries only the bytes
 * from the first that changed to the last: most instructions change none or a few.
 */
#define DATA 0x120000
#define DATA_BYTES 0x2000

static uint8_t filling[DATA_BYTES];

/* The same filling as the test's: a linear congruence. Made anew only for another seed. */
static void fill(uint8_t *data, uint32_t seed) {
  static uint32_t last;
  static int isMade;
  if (!isMade || seed != last) {
    uint32_t s = last = seed;
    isMade = 1;
    for (int i = 0; i < DATA_BYTES; i++) { s = s * 1664525u + 1013904223u; filling[i] = s >> 24; }
  }
  memcpy(data, filling, DATA_BYTES);
}

/* Writes where the data first differ from their filling, how many bytes follow to the last difference, and these. */
static void write_changed(const uint8_t *data) {
  uint32_t from = 0, to = DATA_BYTES;
  while (from < to && !memcmp(data + from, filling + from, 64)) from += 64;
  while (from < to && data[from] == filling[from]) from++;
  while (to > from && data[to - 1] == filling[to - 1]) to--;
  uint32_t head[2] = {from, to - from};
  fwrite(head, sizeof head, 1, stdout);
  fwrite(data + from, 1, to - from, stdout);
}
