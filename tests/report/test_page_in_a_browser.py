"""The page in Chromium, opened from the disk: what a reader does with it."""

import json
import shutil

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from smallbig_mm.files import SHARE
from smallbig_mm.report.points import COSTS, KINETICS, MOTION_SHAPES, Point, front

PAGE = (SHARE / "results/index.html").as_uri()
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="no chromium with chromedriver here (Debian: apt-get install chromium chromium-driver)",
)


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser):
    """The page as it is opened first, 1440 pixels wide."""
    resize(browser, 1440)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    for name in ("browser", "performance"):
        browser.get_log(name)
    browser.get(PAGE)
    WebDriverWait(browser, 10).until(lambda b: b.find_elements(By.CSS_SELECTOR, "#dots .main-svg"))
    yield browser
    browser.execute_script("localStorage.clear()")
    assert browser.get_log("browser") == []


def resize(browser, width: int, height: int = 900) -> None:
    metrics = dict(width=width, height=height, deviceScaleFactor=1, mobile=False)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def find(browser, selector: str):
    return browser.find_element(By.CSS_SELECTOR, selector)


def column(browser, table: str, head: str) -> list[str]:
    """Text of a column's cells that are shown."""
    script = """
    const table = document.querySelector(`#${arguments[0]} table`);
    const at = [...table.tHead.rows[0].cells].findIndex(
        (cell) => cell.textContent.replace(/\\s+/g, " ").trim() === arguments[1]);
    return [...table.tBodies[0].rows].filter((row) => !row.hidden)
        .map((row) => row.cells[at].textContent.trim())
    """
    return browser.execute_script(script, table, head)


def head(browser, table: str, text: str):
    for button in browser.find_elements(By.CSS_SELECTOR, f"#{table} thead button"):
        if " ".join(button.text.split()) == text:
            return button
    raise AssertionError(f"{table} has no head {text}")


def traces(browser, plot: str = "scatter") -> dict[str, dict]:
    """What a plot shows, by the name of its traces."""
    script = (
        "return document.getElementById(arguments[0]).data.map(({name, x, y}) => ({name, x, y}))"
    )
    return {trace["name"]: trace for trace in browser.execute_script(script, plot)}


def test_nothing_is_asked_of_a_network_and_nothing_goes_wrong(opened):
    messages = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    asked = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert any(url.endswith("plotly-basic-4.1.1.min.js") for url in asked)
    assert not [url for url in asked if not url.startswith(("file:", "data:"))]


def test_a_head_sorts_up_down_and_back(opened):
    printed = column(opened, "table10", "GMAC a clip paper")
    own = head(opened, "table10", "GMAC a clip paper")
    own.click()
    up = column(opened, "table10", "GMAC a clip paper")
    known = [float(cell) for cell in up if cell != "N/A"]
    assert known == sorted(known) and len(known) > 15
    assert set(up[len(known) :]) == {"N/A"}  # last, up and down
    own.send_keys(Keys.ENTER)
    down = column(opened, "table10", "GMAC a clip paper")
    assert down[: len(known)] == up[len(known) - 1 :: -1] and down[-1] == "N/A"
    assert find(opened, "#table10 [aria-sort=descending]").text.startswith("GMAC a clip")
    own.send_keys(Keys.SPACE)
    assert column(opened, "table10", "GMAC a clip paper") == printed
    head(opened, "table10", "network").click()
    names = column(opened, "table10", "network")
    assert names[0].startswith("A2-Net") and names != sorted(names, reverse=True)


def test_who_says_so_filters_columns_and_points(opened):
    assert {"paper", "third party"} <= traces(opened).keys()
    cell = find(opened, "#table10 tbody td[data-source=paper]")
    assert cell.is_displayed()
    find(opened, "#filter [value=paper]").send_keys(Keys.SPACE)
    assert not cell.is_displayed()
    assert "paper" not in traces(opened) and "third party" in traces(opened)
    assert find(opened, "#table10 tbody td[data-source=measured]").is_displayed()
    colours = opened.execute_script(
        "return ['paper', 'third party', 'converted', 'measured'].map((s) => getComputedStyle("
        "document.querySelector(`#filter label[data-source='${s}']`)).color)"
    )
    assert len(set(colours)) == 4


def test_words_and_tables_filter_rows_and_points(opened):
    find(opened, "#find").send_keys("tsm 16")
    assert all("TSM" in name for name in column(opened, "table10", "network"))
    assert not find(opened, "#table05").is_displayed()
    assert find(opened, "#found").text.startswith("5 of ")
    assert len(traces(opened)["paper"]["x"]) == 1
    find(opened, "#find").clear()
    find(opened, "#find").send_keys("<nothing>")
    assert find(opened, "#nothing").is_displayed()
    find(opened, "#find").clear()
    find(opened, "#find").send_keys(" ")
    Select(find(opened, "#table")).select_by_value("table05")
    assert find(opened, "#table05").is_displayed() and not find(opened, "#table06").is_displayed()
    assert len(traces(opened)["paper"]["x"]) == 5


def test_every_dataset_over_every_cost_has_its_front(opened):
    points = [Point(**point) for point in opened.execute_script("return DATA.points")]
    for dataset in {point.dataset for point in points}:
        Select(find(opened, "#dataset")).select_by_value(dataset)
        for cost in COSTS:
            Select(find(opened, "#axis")).select_by_value(cost)
            own = [p for p in points if p.dataset == dataset and cost in p.costs]
            shown = traces(opened)
            for source in {point.source for point in own}:
                mine = [point for point in own if point.source == source]
                assert shown[source]["y"] == [point.top1 for point in mine]
                best = front(mine, cost)
                if len(best) > 1:
                    assert shown[f"front of {source}"]["x"] == [p.costs[cost] for p in best]
    find(opened, "#front").click()
    assert not [name for name in traces(opened) if name.startswith("front")]


def place(browser, row: str) -> tuple[int, int]:
    """Where a row's printed point is, from the middle of the plot."""
    script = """
    const div = document.getElementById("scatter");
    div.scrollIntoView({block: "center"});
    const {xaxis, yaxis, _size: size} = div._fullLayout;
    const point = DATA.points.find((p) => p.row === arguments[0] && p.source === "paper");
    return [size.l + xaxis.d2p(point.costs.clip) - div.clientWidth / 2,
            size.t + yaxis.d2p(point.top1) - div.clientHeight / 2];
    """
    x, y = browser.execute_script(script, row)
    return round(x), round(y)


def test_hover_tells_row_protocol_and_source_and_a_click_opens_the_config(opened):
    x, y = place(opened, "table10/25_smallbig_r101")
    plot = find(opened, "#scatter")
    ActionChains(opened).move_to_element_with_offset(plot, x, y).perform()
    told = WebDriverWait(opened, 5).until(lambda b: b.find_elements(By.CSS_SELECTOR, ".hovertext"))
    text = " ".join(told[0].text.split())
    for words in ("table10/25_smallbig_r101", "77.4", "paper", "4 x 3 at 256", "Table 10"):
        assert words in text
    ActionChains(opened).click().perform()
    WebDriverWait(opened, 5).until(lambda b: b.current_url != PAGE)
    assert opened.current_url.endswith("/configs/table10/25_smallbig_r101.py")
    assert "SmallBig" not in opened.title and "R101" in opened.page_source


def test_points_are_reached_from_the_keyboard(opened):
    plot = find(opened, "#scatter")
    Select(find(opened, "#dataset")).select_by_value(MOTION_SHAPES)
    plot.send_keys(Keys.ARROW_RIGHT)
    status = find(opened, "#scatter-status")
    number = len(traces(opened)["measured"]["x"])
    assert status.text.startswith(f"1 of {number}: ") and "±" in status.text
    assert find(opened, ".hovertext")
    plot.send_keys(Keys.ARROW_LEFT)
    assert status.text.startswith(f"{number} of {number}: ")
    outline = opened.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    Select(find(opened, "#dataset")).select_by_value(KINETICS)
    assert not opened.find_elements(By.CSS_SELECTOR, ".hovertext")  # of a point that is gone
    plot.send_keys(Keys.ARROW_RIGHT, Keys.ENTER)
    WebDriverWait(opened, 5).until(lambda b: b.current_url != PAGE)
    assert "/configs/" in opened.current_url


def test_all_that_can_be_used_can_be_reached_and_has_a_name(opened):
    nameless = opened.execute_script(
        "return [...document.querySelectorAll('a[href], button, select, input, [tabindex=\"0\"]')]"
        ".filter((e) => !(e.textContent.trim() || e.ariaLabel || e.labels?.length)).length"
    )
    assert nameless == 0
    seen = []
    for _ in range(12):
        opened.switch_to.active_element.send_keys(Keys.TAB)
        seen.append(opened.execute_script("return document.activeElement.textContent.trim()"))
    assert {"Tables", "Ablations", "Notes", "Dark"} <= set(seen)


def test_the_page_does_not_scroll_sideways(opened):
    fits = "const d = document.getElementById('dots'); return d.layout.width === d.clientWidth"
    wide = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    for width in (320, 768, 1440, 1920, 3840):
        resize(opened, width)
        WebDriverWait(opened, 5).until(lambda b: b.execute_script(fits))
        content, window = opened.execute_script(wide)
        assert content <= window and width - window < 20  # a scrollbar's


def test_dark_by_the_system_and_by_the_switch(opened):
    def ground() -> int:
        colour = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
        return sum(opened.execute_script(colour))

    def ink() -> str:
        return opened.execute_script("return document.getElementById('scatter').layout.font.color")

    assert ground() > 600
    light = ink()
    dark = [dict(name="prefers-color-scheme", value="dark")]
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": dark})
    WebDriverWait(opened, 5).until(lambda _: ground() < 150)
    WebDriverWait(opened, 5).until(lambda _: ink() != light)
    switch = find(opened, "#theme")
    assert switch.get_attribute("aria-pressed") == "true"
    switch.click()
    assert ground() > 600 and ink() == light and switch.get_attribute("aria-pressed") == "false"
    opened.refresh()
    assert ground() > 600  # the choice stays


def test_print_is_light_and_has_no_controls(opened):
    opened.execute_script("document.documentElement.dataset.theme = 'dark'")
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not find(opened, "#filter").is_displayed() and find(opened, "#table10").is_displayed()
    ground = "return getComputedStyle(document.documentElement).colorScheme"
    opened.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert opened.execute_script(ground) == "light"
    assert opened.execute_script("return document.getElementById('scatter').layout.width") < 700
    opened.execute_script("dispatchEvent(new Event('afterprint'))")
    assert opened.execute_script("return document.documentElement.dataset.theme") == "dark"
