// Unfold's pages under a policy that lets no text become code.
//
// The build of Alpine.js that we ship reads its expressions instead of compiling them: it sees no globals and no
// statements. What Unfold says with those is said here in words that it knows. A test reads every expression of every
// page, so that an Unfold with new ones is noticed.
(() => {
  "use strict";
  const OPEN = "sidebarDesktopOpen";

  // htmx would write a style into the page, and run what some of its attributes say.
  htmx.config.includeIndicatorStyles = false;
  htmx.config.allowEval = false;

  // The page: which tab is open, and whether the menu is there.
  function pageLayout(firstTab) {
    return {
      activeTab: firstTab || "",
      sidebarMobileOpen: false,
      sidebarDesktopOpen: localStorage.getItem(OPEN) !== "0",
      init() {
        if (firstTab) {
          this.activeTab = getCurrentTab() || firstTab;
        }
        this.$watch(OPEN, (isOpen) => localStorage.setItem(OPEN, isOpen ? "1" : "0"));
      },
    };
  }

  // The command palette: Enter takes the first that was found where none is chosen, and nothing where nothing was.
  function palette() {
    const theirs = searchCommand();
    return {
      ...theirs,
      foundFor: "",
      handleContentLoaded(event) {
        theirs.handleContentLoaded.call(this, event);
        this.foundFor = this.$refs.searchInputCommand.value;
        if (event.target.id === "command-results" && !this.hasResults && this.foundFor) {
          event.target.textContent = document.getElementById("desk-words").dataset.nothing;
        }
      },
      selectItem(addHistory, openInNewTab = false) {
        const field = this.$refs.searchInputCommand;
        if (!this.currentIndex && this.hasResults && document.activeElement === field && field.value === this.foundFor) {
          this.currentIndex = 1;
        }
        if (this.items?.[this.currentIndex - 1]) {
          theirs.selectItem.call(this, addHistory, openInNewTab);
        }
      },
    };
  }

  // Attribute, what it says, and the same in other words.
  const WORDS = [
    ["x-on:click", /^sidebarDesktopOpen = !sidebarDesktopOpen;[\s\S]*$/, () => "sidebarDesktopOpen = !sidebarDesktopOpen"],
    ["x-on:keydown.enter.prevent", /^if \(([^)]*)\) (selectItem\([^)]*\));?$/, (_all, when, what) => `${when} && ${what}`],
    ["x-bind:action", /^activeTab && [\s\S]*window\.location[\s\S]*$/, () => "$address(activeTab)"],
  ];

  document.addEventListener("alpine:init", () => {
    for (const make of [pageLayout, theme, tabNavigation, searchForm, searchDropdown]) {
      Alpine.data(make.name, make);
    }
    Alpine.data("searchCommand", palette);
    Alpine.magic("address", () => (tab) => {
      const { pathname, search } = window.location;
      return pathname + search + (tab && tab !== "general" ? `#${tab}` : "");
    });
    Alpine.interceptInit((element) => {
      for (const [name, said, inOtherWords] of WORDS) {
        const value = element.getAttribute(name);
        if (value !== null && said.test(value)) {
          const words = value.replace(said, inOtherWords);
          if (words) {
            element.setAttribute(name, words);
          } else {
            element.removeAttribute(name);
          }
        }
      }
    });
  });
})();
