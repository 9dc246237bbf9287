// The part of the score that is on screen, in px of the score whatever its zoom.

import { computed, nextTick, ref, watch, type Ref } from 'vue'

/** To be called in a component's setup; `pane` is the scroller's size. */
export function useViewport(
  scroller: Readonly<Ref<HTMLElement | null>>,
  { height: paneHeight, width: paneWidth }: Readonly<{ height: Ref<number>; width: Ref<number> }>,
  zoom: Readonly<Ref<number>>,
) {
  const scrolled = ref(0)
  const top = computed(() => scrolled.value / zoom.value)
  // Measured only after the first drawing; the element knows before.
  const height = computed(() => (paneHeight.value || (scroller.value?.clientHeight ?? 0)) / zoom.value)
  const width = computed(() => paneWidth.value / zoom.value)

  function onScroll(): void {
    scrolled.value = scroller.value?.scrollTop ?? 0
  }

  function scrollTo(y: number): void {
    if (scroller.value !== null) scroller.value.scrollTop = Math.max(0, y * zoom.value)
  }

  /** Scrolls as little as needed to show a box with some room around it. */
  function show(box: { top: number; height: number }): void {
    if (box.top < top.value + 8) scrollTo(box.top - 24)
    else if (box.top + box.height > top.value + height.value)
      scrollTo(box.top + box.height - height.value + 48)
  }

  // What was in the middle stays there.
  watch(zoom, (_, before) => {
    const middle = (scrolled.value + paneHeight.value / 2) / before
    void nextTick(() => scrollTo(middle - height.value / 2))
  })

  return { top, height, width, onScroll, scrollTo, show }
}
