/** The main story, as the simulator is measured by it: menu, queue, operator, a transfer that comes back, one that is taken. */

export const company = `kozpont: 1
company: { name: Company, timezone: Europe/Budapest, languages: [en, hu, ru] }
prompts:
  welcome: { en: "For the reception, press 0.", hu: "A recepció a nullás gomb.", ru: "Секретарь: ноль." }
  wrong: { en: That is not one of the choices. }
  bye: { en: Goodbye. }
calendars: { office: { open: { mon-fri: "08:00-17:00" } } }
defaults: { ringFor: 20s, failover: queue:reception }
extensions:
  "10": { name: Reception, directDial: false }
  "11": { name: Second desk, directDial: false }
  "101": { name: Anna }
  "102": { name: Péter }
  "103": { name: Workshop }
queues: { reception: { agents: ["10", "11"], maxWait: 5m, overflow: goodbye:bye } }
menus:
  main:
    greeting: welcome
    directDial: true
    keys: { 0: queue:reception, 1: extension:101, 8: { language: hu, then: menu:main }, 9: { language: ru, then: menu:main } }
    noInput: { after: 5s, repeat: 1, then: queue:reception }
    invalid: { say: wrong, repeat: 2, then: queue:reception }
numbers: { "+3612345678": { calendar: office, open: menu:main, closed: goodbye:bye } }
transfer: { ringFor: 20s, recall: { ringFor: 30s, otherwise: queue:reception } }
`;

export const stories = `stories:
  - name: Menu, queue, talk
    at: 2026-11-23T10:00
    from: "+36301111111"
    to: "+3612345678"
    steps:
      - hears: welcome
      - presses: 0
      - hears: music
      - rings: 10
      - waits: 4s
      - answers: 10
      - talks: [caller, 10]
      - waits: 1m
      - hangsUp: caller
    ends: { result: completed, talkedWith: [10] }
  - name: The main story, with a transfer that comes back and one that is taken
    at: 2026-11-23T10:00
    from: "+36301111111"
    display: Anna
    to: "+3612345678"
    steps:
      - hears: welcome
      - presses: 0
      - rings: 10
      - waits: 4s
      - answers: 10
      - talks: [caller, 10]
      - waits: 10s
      - transfers: { who: 10, to: 103 }
      - rings: { who: 103, shows: Anna }
      - hears: ringback
      - rings: { who: 10, shows: "R: no answer 103 – Anna" }
      - hears: music
      - stops: 103
      - answers: 10
      - talks: [caller, 10]
      - waits: 5s
      - transfers: { who: 10, to: 102 }
      - rings: 102
      - waits: 3s
      - answers: 102
      - talks: [caller, 102]
      - waits: 1m
      - hangsUp: caller
    ends: { result: completed, talkedWith: [10, 102], returns: 1 }
`;
