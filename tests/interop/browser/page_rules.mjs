// What every page has to keep to, in every size and colour scheme. Runs inside the page: the rules
// are read off what the browser made of it.

/** Returns a sentence for each rule that the page breaks. */
export async function brokenRules(page) {
  return page.evaluate(() => {
    const broken = [];
    const rule = (holds, sentence) => holds || broken.push(sentence);
    const name = (element) => element.outerHTML.slice(0, 120).replace(/\s+/g, ' ');
    const visible = (element) => element.checkVisibility() && element.getClientRects().length > 0;

    rule(document.documentElement.lang, 'the page names no language (WCAG 3.1.1)');
    rule(document.title, 'the page has no title (WCAG 2.4.2)');
    rule(document.querySelectorAll('h1').length === 1, 'the page has not exactly one h1');
    rule(document.querySelector('main'), 'the page has no main landmark');
    rule(
      document.documentElement.scrollWidth <= window.innerWidth,
      `the page scrolls sideways: ${document.documentElement.scrollWidth} > ${window.innerWidth} (WCAG 1.4.10)`,
    );
    for (const inline of document.querySelectorAll('script:not([src]), style, [style]')) {
      rule(false, `a script or style in the page itself, which a strict policy forbids: ${name(inline)}`);
    }

    for (const input of document.querySelectorAll('input:not([type=hidden])')) {
      if (!visible(input)) continue;
      rule([...input.labels].some(visible), `no visible label (WCAG 3.3.2): ${name(input)}`);
      rule(input.autocomplete, `no autocomplete purpose (WCAG 1.3.5): ${name(input)}`);
    }
    for (const control of document.querySelectorAll('button, input:not([type=hidden])')) {
      if (!visible(control)) continue;
      const { width, height } = control.getBoundingClientRect();
      const isBox = ['checkbox', 'radio'].includes(control.type);
      rule(isBox || (width >= 24 && height >= 24), `smaller than 24 pixels (WCAG 2.5.8): ${name(control)}`);
      // iOS zooms into a field whose letters are smaller than this.
      const size = parseFloat(getComputedStyle(control).fontSize);
      rule(control.tagName !== 'INPUT' || size >= 16, `letters of ${size} pixels in ${name(control)}`);
    }

    // Contrast: WCAG 1.4.3.
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const over = ([r, g, b, a], below) => {
      const mix = (top, bottom) => (top * a + bottom * (255 - a)) / 255;
      return [mix(r, below[0]), mix(g, below[1]), mix(b, below[2]), 255];
    };
    const background = (element) => {
      if (!element) return rgba('Canvas');
      const own = rgba(getComputedStyle(element).backgroundColor);
      return own[3] === 255 ? own : over(own, background(element.parentElement));
    };
    const luminance = (colour) => {
      const [r, g, b] = colour.map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const element = text.parentElement;
      if (!text.data.trim() || !visible(element) || element.closest('[aria-hidden=true], svg')) continue;
      const style = getComputedStyle(element);
      const below = background(element);
      const lights = [luminance(over(rgba(style.color), below)), luminance(below)].sort((a, b) => b - a);
      const contrast = (lights[0] + 0.05) / (lights[1] + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      rule(contrast >= (large ? 3 : 4.5), `contrast of ${contrast.toFixed(2)}: ${text.data.trim()}`);
    }
    return broken;
  });
}

/** Whether one sees which control has the keyboard's focus: WCAG 2.4.7. */
export async function focusShows(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const look = () => {
      const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(element);
      return [outline, boxShadow, borderColor, backgroundColor].join('; ');
    };
    const focused = look();
    element.blur();
    const blurred = look();
    element.focus({ focusVisible: true });
    return focused !== blurred;
  });
}
