// How far the server's clock is ahead of this machine's, where pages may be old. Pure, milliseconds.

const TRUSTED_MS = 12 * 3_600_000;

/**
 * The offset to go by: a page says when the server wrote it, so the server is at least that far on.
 * One from the phone's store was written long ago and says too little; then what an earlier page
 * taught (`kept`, {offset, now}) holds, for half a day. Returns what to keep.
 */
export function betterOffset(kept, { written, now }) {
  const told = Number.isFinite(written) && written > 0 ? written - now : null;
  const isTrusted =
    Number.isFinite(kept?.offset) && now >= kept.now && now - kept.now < TRUSTED_MS;
  if (isTrusted && (told === null || kept.offset > told)) return kept;
  return { offset: told ?? 0, now };
}
