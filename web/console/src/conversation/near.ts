// Tells elements when they come near the visible part of a scroller, and when they are far again. One observer for all of them.
export interface Near { watch: (element: Element, told: (near: boolean) => void) => () => void }

const MARGIN = '1500px 0px';

export function near(root: Element): Near {
  const told = new Map<Element, (near: boolean) => void>();
  const observer = new IntersectionObserver((seen) => {
    for (const each of seen) told.get(each.target)?.(each.isIntersecting);
  }, { root, rootMargin: MARGIN });
  return {
    watch: (element, tell) => {
      told.set(element, tell);
      observer.observe(element);
      return () => { told.delete(element); observer.unobserve(element); };
    },
  };
}
