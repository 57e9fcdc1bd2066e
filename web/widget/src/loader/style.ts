// The look of launcher and panel, as one constructable style sheet in a shadow root: the host page's CSP has nothing to allow
// and its CSS nothing to reach. Everything is fixed, so nothing of the host page moves.

export const css = (side: string, x: string, y: string, z: string): string => `
:host{all:initial;color-scheme:light dark;--c:var(--l);--i:var(--li)}
:host([data-theme=light]){color-scheme:light}
:host([data-theme=dark]){color-scheme:dark;--c:var(--d);--i:var(--di)}
@media (prefers-color-scheme:dark){:host(:not([data-theme=light])){--c:var(--d);--i:var(--di)}}
button,div{position:fixed;z-index:${z};${side}:${x};bottom:${y};box-shadow:0 1px 2px #1018280f,0 8px 24px #1018281f}
button{width:56px;height:56px;padding:0;border:0;border-radius:50%;background:var(--c);color:var(--i);cursor:pointer;display:grid;place-items:center;-webkit-tap-highlight-color:transparent}
button:focus-visible{outline:2px solid var(--c);outline-offset:2px}
svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;top:-4px;right:-4px;min-width:20px;padding:0 5px;box-sizing:border-box;border-radius:10px;background:#b42318;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center}
div{width:400px;max-width:calc(100vw - 2*${x});height:min(680px,100dvh - 92px - ${y});margin-bottom:68px;border-radius:16px;overflow:hidden;background:Canvas;outline:1px solid #8883}
div.n{margin:0}
iframe{border:0;width:100%;height:100%;display:block;color-scheme:inherit}
[hidden]{display:none}
@media (max-width:500px),(max-height:480px){div{inset:var(--t,0) 0 auto;width:auto;max-width:none;height:var(--h,100dvh);margin:0;border-radius:0;z-index:calc(${z} + 1)}}
@media (forced-colors:active){button{border:2px solid ButtonText}}
@media print{:host{display:none}}`;
