#!/usr/bin/env python3
"""Makes people exports of six invented platforms for the benchmarks; same arguments, same bytes.

  gen_leads.py FOLDER --rows 1000000 [--seed 1] [--one-company]

A third of the rows repeat an earlier person: half of them as they were, the others with another
legal form, other case and blanks, or a typing error. The files differ in headers, delimiter,
quoting and byte order mark. --one-company gives every row the same company.
"""
import argparse
import csv
import os
import random

FIRST = ("James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth Anna Priya Omar "
         "Yuki Chen Olga Lars Giulia Pierre Mateo Jos\u00e9 Zo\u00eb Fran\u00e7ois J\u00fcrgen S\u00f8ren \u0141ukasz In\u00eas "
         "Siobh\u00e1n").split()
SYLLABLES = ("an ber cor dal en fen gar hol in jo ka lin mor nel or pal quin ros sten tor ul ven "
             "wil xan yor zel").split()
ENDINGS = ("son sen man berg field ton ley worth ford well wick by ham bridge brook croft dale "
           "gate hurst land").split()
SECTORS = ("Software Robotics Foods Media Logistics Health Energy Design Steel Travel Labs Capital "
           "Partners").split()
FORMS = ["Inc", "LLC", "GmbH", "Ltd", "Corp", "S.A.", ""]
TITLES = ["CEO", "CTO", "IT Manager", "Head of People, EMEA", "Data Scientist", "VP Sales", "Owner"]
CITIES = [("Berlin", "Berlin", "Germany"), ("Austin", "Texas", "United States"),
          ("Lyon", "Rh\u00f4ne", "France"), ("Leeds", "England", "United Kingdom"),
          ("S\u00e3o Paulo", "SP", "Brazil"), ("Pune", "Maharashtra", "India")]
ABOUT = ["provider of end-to-end software for fast-growing teams", "maker of \"smart\" tools",
         "consultancy for public agencies,\nsince 1999", "leading, cloud-based platform"]

# file, delimiter, every cell quoted, byte order mark, line end, {header: what it shows}
PLATFORMS = [
    ("01_apollo.csv", ",", False, False, "\n",
     {"First Name": "first", "Last Name": "last", "Title": "title", "Company": "company",
      "Email": "email", "Email Status": "status", "# Employees": "employees",
      "Person Linkedin Url": "linkedin", "Website": "website", "City": "city", "State": "state",
      "Country": "country", "Apollo Contact Id": "id"}),
    ("02_zoominfo.csv", ",", True, True, "\n",
     {"ZoomInfo Contact ID": "id", "Contact Name": "full", "Last Name": "last",
      "First Name": "first", "Job Title": "title", "Email Address": "email",
      "Direct Phone Number": "phone", "Company Name": "company", "Company Website": "website",
      "Person City": "city", "Employees": "employees"}),
    ("03_salesnav.csv", ",", False, False, "\n",
     {"Full name": "full", "First name": "first", "Last name": "last", "Job title": "title",
      "Profile URL": "linkedin", "Company": "company", "Company URL": "website",
      "About company": "about", "Location": "place", "Lead ID": "id"}),
    ("04_crm.csv", ",", False, False, "\r\n",
     {"Lead Id": "id", "Contact Name": "full", "Account Name": "company", "Position": "title",
      "Business Email": "email", "Mobile": "phone", "Web Site": "website",
      "Headcount": "employees", "Company Info": "about"}),
    ("05_eurotool.csv", ";", False, False, "\n",
     {"Name": "full", "Role": "title", "Employer": "company", "E-Mail": "email",
      "Phone Number": "phone", "LinkedIn": "linkedin", "Domain": "website",
      "Description": "about", "ID": "id"}),
    ("06_snake.csv", ",", False, False, "\n",
     {"record_id": "id", "first_name": "first", "last_name": "last", "full_name": "full",
      "job_title": "title", "company_name": "company", "company_domain": "website",
      "email": "email", "phone": "phone", "linkedin_url": "linkedin",
      "company_description": "about"}),
]


def word(rng):
    return "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))).capitalize()


def person(rng, one_company):
    choice = rng.choice
    first, last = choice(FIRST), word(rng) + choice(ENDINGS)
    name = "Acme Software" if one_company else f"{word(rng)} {choice(SECTORS)}"
    domain = name.lower().replace(" ", "") + (".com" if one_company else choice((".com", ".io", ".de")))
    city, state, country = choice(CITIES)
    return {
        "first": first, "last": last, "full": f"{first} {last}", "title": choice(TITLES),
        "company": f"{name} {choice(FORMS)}".strip(), "email": f"{first}.{last}@{domain}".lower(),
        "status": choice(("Verified", "Catch-all", "")), "employees": str(rng.randint(1, 9000)),
        "linkedin": f"https://www.linkedin.com/in/{first}-{last}-{rng.getrandbits(24):06x}".lower()
                    if rng.random() < 0.7 else "",
        "website": choice(("https://www.", "http://", "", "")) + domain + choice(("", "/", "/about?x=1")),
        "city": city, "state": state, "country": country, "place": f"{city}, {state}, {country}",
        "phone": f"+1 ({rng.randint(200, 999)}) {rng.randint(200, 999)}-{rng.randint(0, 9999):04}",
        "about": f"{name} is a {choice(ABOUT)}.",
    }


def repeated(rng, lead):
    lead = dict(lead)
    kind = rng.random()
    if kind > 0.8:
        at = rng.randrange(1, len(lead["last"]))
        lead["last"] = lead["last"][:at] + rng.choice("aeinort") + lead["last"][at + 1:]
        lead["full"] = f"{lead['first']} {lead['last']}"
    elif kind > 0.65:
        lead["company"] = f"{lead['company'].rsplit(' ', 1)[0]} {rng.choice(FORMS)}".strip()
    elif kind > 0.5:
        lead["full"], lead["company"] = lead["full"].upper(), f" {lead['company'].lower()}  "
    return lead


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one-company", action="store_true")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    os.makedirs(options.folder, exist_ok=True)
    known = []
    row = 0
    for number, (name, delimiter, quoted, mark, line_end, headers) in enumerate(PLATFORMS):
        end = options.rows * (number + 1) // len(PLATFORMS)
        with open(os.path.join(options.folder, name), "w", newline="",
                  encoding="utf-8-sig" if mark else "utf-8") as file:
            writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end,
                                quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
            writer.writerow(headers)
            shown = list(headers.values())
            for row in range(row, end):
                if known and rng.random() < 0.3:
                    lead = repeated(rng, rng.choice(known))
                else:
                    lead = person(rng, options.one_company)
                    if len(known) < 200_000:
                        known.append(lead)
                    else:
                        known[rng.randrange(len(known))] = lead
                lead["id"] = f"R{row:010}"
                writer.writerow([lead[attribute] for attribute in shown])
            row = end


if __name__ == "__main__":
    main()
