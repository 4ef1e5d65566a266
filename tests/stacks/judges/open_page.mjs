// Opens a page in headless Chromium as a person would, and says what is on it.
//   node open_page.mjs NPM-FOLDER URL SCREENSHOT
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [npm, url, screenshot] = process.argv.slice(2);
const { chromium } = createRequire(join(npm, 'package.json'))('playwright-core');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const page = await browser.newPage({ viewport: { width: 800, height: 400 } });
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('response', (answer) => {
    // The icon that browsers ask for by themselves is no part of a new project.
    if (answer.status() >= 400 && !answer.url().endsWith('/favicon.ico'))
      errors.push(`${answer.status()} ${answer.url()}`);
  });
  await page.goto(url, { waitUntil: 'load', timeout: 60000 });
  await page.locator('h1').waitFor({ timeout: 30000 });
  // A page that asks for its notes by itself shows them a moment later.
  await page.locator('li').first().waitFor({ timeout: 5000 }).catch(() => {});
  const shown = await page.evaluate(() => {
    // A colour may be written as oklch() or lab(): what counts is the pixel.
    const pixel = (colour) => {
      const canvas = document.createElement('canvas').getContext('2d');
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data].join(' ');
    };
    return {
      title: document.title,
      heading: document.querySelector('h1').textContent,
      items: [...document.querySelectorAll('li')].map((item) => item.textContent.trim()),
      background: pixel(getComputedStyle(document.body).backgroundColor),
      markers: getComputedStyle(document.querySelector('ul') ?? document.body).listStyleType,
      weight: getComputedStyle(document.querySelector('h1')).fontWeight,
    };
  });
  await page.screenshot({ path: screenshot });
  // What is missing of an icon is said on the console without a name.
  const said = errors.filter((error) => !/^Failed to load resource/.test(error));
  process.stdout.write(JSON.stringify({ ...shown, errors: said }));
} finally {
  await browser.close();
}
