const browsers: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|HeadlessChrome|CriOS|Chromium)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const systems: [RegExp, string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMacintosh\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/** What a User-Agent says about itself, as far as people have a word for it. */
export interface Agent {
  browser?: string;
  system?: string;
  /** The first word, of what is no browser: a program names itself there. */
  program?: string;
  handheld: boolean;
}

function first(table: [RegExp, string][], text: string): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}

export function agentOf(userAgent: string): Agent {
  const browser = first(browsers, userAgent);
  const program = browser ? undefined : /^[\w.-]+/.exec(userAgent)?.[0];
  return {
    browser,
    program,
    system: first(systems, userAgent),
    handheld: /\b(?:iPhone|iPad|Android|Mobile)\b/.test(userAgent),
  };
}
