// How <ring-screen> looks.
import { css } from "lit";

export const screenStyle = css`
  /* One shape in every mode, so that a change of mode moves nothing; what is not of it is set in black. */
  .frame {
    position: relative;
    aspect-ratio: 640 / 400;
    background: #000;
    forced-color-adjust: none;
  }
  .cover {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    border: 0;
    background: none;
    cursor: pointer;
  }
  .held .cover {
    cursor: default;
  }
  /* A finger moves the guest's mouse, and not the page. */
  .moves .cover {
    touch-action: none;
  }
  .frame.held {
    outline: 2px solid var(--_ink);
    outline-offset: 1px;
    box-shadow: 0 0 0 1px var(--_paper);
  }
  canvas {
    display: block;
    width: 100%;
    height: 100%;
    object-fit: contain;
  }
  .keys {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    padding: 0;
    border: 0;
    opacity: 0;
    resize: none;
    font-size: 16px;
    pointer-events: none;
  }
  pre {
    margin: 0;
    padding: 8px 12px;
    overflow: auto;
    font: var(--_mono);
    background: var(--_paper);
    color: var(--_ink);
  }
  /* In the picture's place, and of its size: reading it moves nothing. */
  pre.instead {
    aspect-ratio: 640 / 400;
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    min-height: 36px;
    padding: 2px 6px 2px 12px;
    color: var(--_ink-2);
  }
  .foot p {
    margin: 0 auto 0 0;
  }
  .foot strong {
    color: var(--_ink);
  }
  .extra {
    display: flex;
    gap: 4px;
    padding: 4px 8px;
    overflow-x: auto;
  }
  .extra .button {
    min-width: var(--_target);
    padding: 4px 8px;
  }
  .extra .button[aria-pressed="true"] {
    background: var(--_ink);
    color: var(--_paper);
  }
  .extra.mouse {
    flex-wrap: wrap;
  }
  .foot .button {
    font-weight: 400;
    padding: 2px 8px;
    min-height: max(28px, calc(var(--_target) - 4px));
  }
  /* Two lines of buttons, whether the guest's mouse needs the second or not. */
  @media (max-width: 719px) {
    .foot.held {
      min-height: calc(2 * var(--_target));
    }
  }
  @media print {
    .foot,
    .extra {
      display: none;
    }
    /* Paper gets the text; a picture only where there is none. */
    .frame.text {
      display: none;
    }
    pre.sr {
      position: static;
      width: auto;
      height: auto;
      margin: 0;
      clip-path: none;
      white-space: pre;
    }
  }
`;
