// Made by tools/make_tables.py.
const DATA = {
 "root": "..",
 "sources": [
  "paper",
  "third party",
  "converted",
  "measured"
 ],
 "axes": {
  "clip": "GMAC a clip",
  "video": "GMAC a video, under its own protocol",
  "common": "GMAC a video, 10 x 3 at 256 for all",
  "printed": "GFLOPs a clip, as the paper prints",
  "params": "M parameters",
  "latency: AMD EPYC, 1 thread": "ms a clip, torch fp32, batch of one: AMD EPYC, 1 thread",
  "latency: AMD EPYC, 2 threads": "ms a clip, torch fp32, batch of one: AMD EPYC, 2 threads"
 },
 "noLatency": "",
 "points": [
  {
   "row": "table02/01_r23",
   "network": "2D",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 64.1,
   "half": null,
   "costs": {
    "clip": 16.9756,
    "video": 665.157,
    "common": 665.157,
    "params": 11.35,
    "printed": 17.0
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 2 of the paper; costs counted here",
   "config": "configs/table02/01_r23.py",
   "ours": false,
   "others": [
    "table03/01_r23",
    "table04/01_r23",
    "table05/01_r23",
    "table06/01_r23",
    "table07/01_r23",
    "table08/01_r23"
   ]
  },
  {
   "row": "table02/02_r23_3d",
   "network": "3D: 3×1×1",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 68.3,
   "half": null,
   "costs": {
    "clip": 24.5798,
    "video": 963.121,
    "common": 963.121,
    "params": 13.9141
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 2 of the paper; costs counted here",
   "config": "configs/table02/02_r23_3d.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table02/03_smallbig_3x1x1",
   "network": "SmallBig: 3×1×1",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 69.0,
   "half": null,
   "costs": {
    "clip": 20.7777,
    "video": 814.139,
    "common": 814.139,
    "params": 11.3532
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 2 of the paper; costs counted here",
   "config": "configs/table02/03_smallbig_3x1x1.py",
   "ours": true,
   "others": [
    "table03/02_res2345",
    "table04/02_3x1x1"
   ]
  },
  {
   "row": "table03/03_res345",
   "network": "SmallBig: res3+4+5",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 68.8,
   "half": null,
   "costs": {
    "clip": 20.6749,
    "video": 810.112,
    "common": 810.112,
    "params": 11.353
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 3 of the paper; costs counted here",
   "config": "configs/table03/03_res345.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table03/04_res45",
   "network": "SmallBig: res4+5",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 68.6,
   "half": null,
   "costs": {
    "clip": 19.4418,
    "video": 761.794,
    "common": 761.794,
    "params": 11.3525
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 3 of the paper; costs counted here",
   "config": "configs/table03/04_res45.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table03/05_res5",
   "network": "SmallBig: res5",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 64.5,
   "half": null,
   "costs": {
    "clip": 17.7976,
    "video": 697.37,
    "common": 697.37,
    "params": 11.351
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 3 of the paper; costs counted here",
   "config": "configs/table03/05_res5.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table04/03_3x3x3",
   "network": "SmallBig: 3×3×3",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 69.5,
   "half": null,
   "costs": {
    "clip": 20.7777,
    "video": 814.139,
    "common": 814.139,
    "params": 11.3532
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 4 of the paper; costs counted here",
   "config": "configs/table04/03_3x3x3.py",
   "ours": true,
   "others": [
    "table05/02_first"
   ]
  },
  {
   "row": "table04/04_3x5x5",
   "network": "SmallBig: 3×5×5",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 69.1,
   "half": null,
   "costs": {
    "clip": 20.7777,
    "video": 814.139,
    "common": 814.139,
    "params": 11.3532
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 4 of the paper; costs counted here",
   "config": "configs/table04/04_3x5x5.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table04/05_3x7x7",
   "network": "SmallBig: 3×7×7",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 68.6,
   "half": null,
   "costs": {
    "clip": 20.7777,
    "video": 814.139,
    "common": 814.139,
    "params": 11.3532
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 4 of the paper; costs counted here",
   "config": "configs/table04/05_3x7x7.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table04/06_tx3x3",
   "network": "SmallBig: T×3×3",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 69.3,
   "half": null,
   "costs": {
    "clip": 17.4508,
    "video": 683.78,
    "common": 683.78,
    "params": 11.3532
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 4 of the paper; costs counted here",
   "config": "configs/table04/06_tx3x3.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table05/03_first_third",
   "network": "SmallBig: 3×3×3(1st layer)+T×3×3(3rd layer)",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 70.8,
   "half": null,
   "costs": {
    "clip": 21.1374,
    "video": 828.232,
    "common": 828.232,
    "params": 11.366
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 5 of the paper; costs counted here",
   "config": "configs/table05/03_first_third.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table05/04_typical",
   "network": "SmallBig: Typical",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 71.4,
   "half": null,
   "costs": {
    "clip": 26.5323,
    "video": 1039.62,
    "common": 1039.62,
    "params": 11.3684
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 5 of the paper; costs counted here",
   "config": "configs/table05/04_typical.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table05/05_full",
   "network": "SmallBig: Full",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 72.6,
   "half": null,
   "costs": {
    "clip": 31.4657,
    "video": 1232.93,
    "common": 1232.93,
    "params": 13.2449,
    "latency: AMD EPYC, 1 thread": 1185.8,
    "latency: AMD EPYC, 2 threads": 604.803,
    "printed": 31.0
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 5 of the paper; costs counted here",
   "config": "configs/table05/05_full.py",
   "ours": true,
   "others": [
    "table06/03_max_pool",
    "table06/05_with_share",
    "table06/07_individual_bn",
    "table07/03_smallbig_r23",
    "table08/02_smallbig_r23"
   ]
  },
  {
   "row": "table06/02_avg_pool",
   "network": "Avg Pool",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 72.2,
   "half": null,
   "costs": {
    "clip": 31.4657,
    "video": 1232.93,
    "common": 1232.93,
    "params": 13.2449,
    "printed": 31.0
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 6 of the paper; costs counted here",
   "config": "configs/table06/02_avg_pool.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table06/04_without_share",
   "network": "Without Share",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 71.6,
   "half": null,
   "costs": {
    "clip": 31.4657,
    "video": 1232.93,
    "common": 1232.93,
    "params": 21.8465,
    "printed": 31.0
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 6 of the paper; costs counted here",
   "config": "configs/table06/04_without_share.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table06/06_single_bn",
   "network": "Single BN",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 64.6,
   "half": null,
   "costs": {
    "clip": 21.909,
    "video": 858.459,
    "common": 858.459,
    "params": 13.2264,
    "printed": 17.0
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 6 of the paper; costs counted here",
   "config": "configs/table06/06_single_bn.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table07/02_nonlocal_r23",
   "network": "NonLocal-R23",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 70.2,
   "half": null,
   "costs": {
    "clip": 81.2522,
    "video": 3757.53,
    "common": 3757.53,
    "params": 18.7043,
    "printed": 34.0
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 7 of the paper; costs counted here",
   "config": "configs/table07/02_nonlocal_r23.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table08/03_r50",
   "network": "R50",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 70.4,
   "half": null,
   "costs": {
    "clip": 32.6979,
    "video": 1281.22,
    "common": 1281.22,
    "params": 24.3276,
    "latency: AMD EPYC, 1 thread": 985.583,
    "latency: AMD EPYC, 2 threads": 432.689
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 8 of the paper; costs counted here",
   "config": "configs/table08/03_r50.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table08/04_smallbig_r50",
   "network": "SmallBig-R50",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 76.3,
   "half": null,
   "costs": {
    "clip": 62.6565,
    "video": 2455.07,
    "common": 2455.07,
    "params": 32.2928,
    "latency: AMD EPYC, 1 thread": 2130.15,
    "latency: AMD EPYC, 2 threads": 1062.27,
    "printed": 57.0
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 8 of the paper; costs counted here",
   "config": "configs/table08/04_smallbig_r50.py",
   "ours": true,
   "others": [
    "table09/02_default",
    "table10/17_smallbig_r50"
   ]
  },
  {
   "row": "table09/01_simple",
   "network": "Extra Unit: Simple",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 75.8,
   "half": null,
   "costs": {
    "clip": 51.9734,
    "video": 2036.43,
    "common": 2036.43,
    "params": 32.2928
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 9 of the paper; costs counted here",
   "config": "configs/table09/01_simple.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table10/01_stc",
   "network": "STC[5] ResNeXt101 32 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 68.7,
   "half": null,
   "costs": {
    "clip": 19.156,
    "video": 745.921,
    "common": 2981.68,
    "params": 57.8962
   },
   "protocol": "32 frames, interval 2; 10 x 3 at 128; 110 epochs, batch 128",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/01_stc.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/02_artnet",
   "network": "ARTNet[24] R18 16 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 69.2,
   "half": null,
   "costs": {
    "clip": 25.6839,
    "video": 6420.97,
    "common": 4025.53,
    "params": 39.671,
    "printed": 23.5
   },
   "protocol": "16 frames, interval 1; 25 x 10 at 112; 267 epochs, batch 256",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/02_artnet.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/03_mfnet",
   "network": "MFNet[3] R34 16 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 72.8,
   "half": null,
   "costs": {
    "clip": 11.0454,
    "video": 110.454,
    "common": 432.798,
    "params": 7.99637,
    "printed": 11.0
   },
   "protocol": "16 frames, interval 2; 10 x 1 at 224; 167 epochs, batch 128",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/03_mfnet.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/04_r2plus1d",
   "network": "R(2+1)D[23] R34 8 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 74.3,
   "half": null,
   "costs": {
    "clip": 38.4435,
    "video": 384.435,
    "common": 6025.41,
    "params": 63.7593,
    "printed": 152.0
   },
   "protocol": "8 frames, interval 8; 10 x 1 at 112; 180 epochs, batch 64",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/04_r2plus1d.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/04_r2plus1d",
   "network": "R(2+1)D[23] R34 8 frames",
   "dataset": "Kinetics-400",
   "source": "third party",
   "top1": 69.76,
   "half": null,
   "costs": {
    "clip": 53.1,
    "video": 1593.0,
    "params": 63.8
   },
   "protocol": "10 x 3 at 256, 180 epochs",
   "origin": "mmaction2's model zoo, accuracy and costs: r2plus1d_r34_8xb8-8x8x1-180e_kinetics400-rgb; another network: its stem is pooled; trained at 224",
   "config": "configs/table10/04_r2plus1d.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/05_i3d",
   "network": "I3D[1] Inception 64 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 71.1,
   "half": null,
   "costs": {
    "clip": 111.151,
    "video": 444.603,
    "common": 4355.29,
    "params": 12.6973,
    "printed": 108.0
   },
   "protocol": "64 frames, interval 1; 4 x 1 at 224; 176 epochs, batch 48",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/05_i3d.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/06_s3dg",
   "network": "S3D-G[32] Inception 64 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 74.7,
   "half": null,
   "costs": {
    "clip": 71.9151,
    "video": 287.66,
    "common": 2817.88,
    "params": 9.54506,
    "printed": 71.4
   },
   "protocol": "64 frames, interval 1; 4 x 1 at 224; 176 epochs, batch 48",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/06_s3dg.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/07_a2net",
   "network": "A2-Net[2] R50 8 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 74.6,
   "half": null,
   "costs": {
    "clip": 41.9463,
    "video": 1643.6,
    "common": 1643.6,
    "params": 28.0089,
    "printed": 41.0
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/07_a2net.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/08_slowonly",
   "network": "SlowOnly[7] R50 8 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 74.9,
   "half": null,
   "costs": {
    "clip": 41.7408,
    "video": 1635.55,
    "common": 1635.55,
    "params": 32.4541,
    "printed": 41.9
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 256 epochs, batch 128",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/08_slowonly.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/08_slowonly",
   "network": "SlowOnly[7] R50 8 frames",
   "dataset": "Kinetics-400",
   "source": "third party",
   "top1": 74.82,
   "half": null,
   "costs": {
    "clip": 54.75,
    "video": 1642.5,
    "params": 32.45
   },
   "protocol": "10 x 3 at 256, 256 epochs",
   "origin": "mmaction2's model zoo, accuracy and costs: slowonly_r50_8xb16-8x8x1-256e_kinetics400-rgb",
   "config": "configs/table10/08_slowonly.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/09_glore_r50",
   "network": "GloRe[4] R50 8 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 75.1,
   "half": null,
   "costs": {
    "clip": 31.7759,
    "video": 1242.08,
    "common": 1242.08,
    "params": 33.732,
    "printed": 28.9
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 95 epochs, batch 64",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/09_glore_r50.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/10_tsm_8f",
   "network": "TSM[15] R50 8 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 74.1,
   "half": null,
   "costs": {
    "clip": 32.7036,
    "video": 1281.39,
    "common": 1281.39,
    "params": 24.3276,
    "printed": 33.0
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 50 epochs, batch 128",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/10_tsm_8f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/10_tsm_8f",
   "network": "TSM[15] R50 8 frames",
   "dataset": "Kinetics-400",
   "source": "third party",
   "top1": 73.38,
   "half": null,
   "costs": {
    "clip": 32.88,
    "video": 3288.0,
    "params": 23.87
   },
   "protocol": "10 x 10 at 224, 50 epochs",
   "origin": "mmaction2's model zoo, accuracy and costs: tsm_imagenet-pretrained-r50_8xb16-dense-1x1x8-50e_kinetics400-rgb",
   "config": "configs/table10/10_tsm_8f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/11_tei_8f",
   "network": "TEI[17] R50 8 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 74.9,
   "half": null,
   "costs": {
    "clip": 32.8806,
    "video": 1287.94,
    "common": 1287.94,
    "params": 30.3569,
    "printed": 33.0
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 50 epochs, batch 128",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/11_tei_8f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/12_tsm_16f",
   "network": "TSM[15] R50 16 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 74.7,
   "half": null,
   "costs": {
    "clip": 65.4073,
    "video": 2562.78,
    "common": 2562.78,
    "params": 24.3276,
    "printed": 65.0
   },
   "protocol": "16 frames, interval 4; 10 x 3 at 256; 50 epochs, batch 128",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/12_tsm_16f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/12_tsm_16f",
   "network": "TSM[15] R50 16 frames",
   "dataset": "Kinetics-400",
   "source": "third party",
   "top1": 75.12,
   "half": null,
   "costs": {
    "clip": 65.75,
    "video": 657.5,
    "params": 23.87
   },
   "protocol": "1 x 10 at 224, 50 epochs",
   "origin": "mmaction2's model zoo, accuracy and costs: tsm_imagenet-pretrained-r50_8xb16-1x1x16-50e_kinetics400-rgb; frames of the whole video, not dense",
   "config": "configs/table10/12_tsm_16f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/13_tei_16f",
   "network": "TEI[17] R50 16 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 76.2,
   "half": null,
   "costs": {
    "clip": 65.7603,
    "video": 2575.85,
    "common": 2575.85,
    "params": 30.3569,
    "printed": 66.0
   },
   "protocol": "16 frames, interval 4; 10 x 3 at 256; 50 epochs, batch 128",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/13_tei_16f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/14_slowfast_r50",
   "network": "SlowFast[7] R50+R50 4+32 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 75.6,
   "half": null,
   "costs": {
    "clip": 27.6387,
    "video": 1082.98,
    "common": 1082.98,
    "params": 34.4793,
    "printed": 36.1
   },
   "protocol": "32 frames, interval 2; 10 x 3 at 256; 256 epochs, batch 64",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/14_slowfast_r50.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/14_slowfast_r50",
   "network": "SlowFast[7] R50+R50 4+32 frames",
   "dataset": "Kinetics-400",
   "source": "third party",
   "top1": 75.55,
   "half": null,
   "costs": {
    "clip": 36.3,
    "video": 1089.0,
    "params": 34.5
   },
   "protocol": "10 x 3 at 256, 256 epochs",
   "origin": "mmaction2's model zoo, accuracy and costs: slowfast_r50_8xb8-4x16x1-256e_kinetics400-rgb",
   "config": "configs/table10/14_slowfast_r50.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/15_nl_i3d_r50_32f",
   "network": "NL I3D[28] R50 32 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 74.9,
   "half": null,
   "costs": {
    "clip": 44.3387,
    "video": 1773.21,
    "common": 1773.21,
    "params": 35.3978
   },
   "protocol": "32 frames, interval 2; 10 x 3 at 256; 100 epochs, batch 64",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/15_nl_i3d_r50_32f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/15_nl_i3d_r50_32f",
   "network": "NL I3D[28] R50 32 frames",
   "dataset": "Kinetics-400",
   "source": "third party",
   "top1": 74.73,
   "half": null,
   "costs": {
    "clip": 59.3,
    "video": 1779.0,
    "params": 35.4
   },
   "protocol": "10 x 3 at 256, 100 epochs",
   "origin": "mmaction2's model zoo, accuracy and costs: i3d_imagenet-pretrained-r50-nl-embedded-gaussian_8xb8-32x2x1-100e_kinetics400-rgb",
   "config": "configs/table10/15_nl_i3d_r50_32f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/16_nl_i3d_r50_128f",
   "network": "NL I3D[28] R50 128 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 76.5,
   "half": null,
   "costs": {
    "clip": 213.229,
    "video": 8928.86,
    "common": 8928.86,
    "params": 35.3978,
    "printed": 282.0
   },
   "protocol": "128 frames, interval 1; 10 x 3 at 256; 100 epochs, batch 16",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/16_nl_i3d_r50_128f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/18_cost",
   "network": "CoST[14] R101 8 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 75.5,
   "half": null,
   "costs": {
    "clip": 50.0677,
    "video": 1961.8,
    "common": 1961.8,
    "params": 44.4053
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 160 epochs, batch 64",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/18_cost.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/19_glore_r101",
   "network": "GloRe[4] R101 8 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 76.1,
   "half": null,
   "costs": {
    "clip": 50.3241,
    "video": 1968.87,
    "common": 1968.87,
    "params": 57.4427,
    "printed": 54.5
   },
   "protocol": "8 frames, interval 8; 10 x 3 at 256; 95 epochs, batch 64",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/19_glore_r101.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/20_cpnet",
   "network": "CPNet[16] R101 32 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 75.3,
   "half": null,
   "costs": {
    "clip": 272.226,
    "video": 10908.4,
    "common": 10908.4,
    "params": 44.3637
   },
   "protocol": "32 frames, interval 2; 10 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/20_cpnet.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/21_nl_i3d_r101_32f",
   "network": "NL I3D[28] R101 32 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 76.0,
   "half": null,
   "costs": {
    "clip": 62.887,
    "video": 2500.0,
    "common": 2500.0,
    "params": 59.1086
   },
   "protocol": "32 frames, interval 2; 10 x 3 at 256; 100 epochs, batch 64",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/21_nl_i3d_r101_32f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/22_nl_i3d_r101_128f",
   "network": "NL I3D[28] R101 128 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 77.7,
   "half": null,
   "costs": {
    "clip": 287.422,
    "video": 11836.0,
    "common": 11836.0,
    "params": 59.1086,
    "printed": 359.0
   },
   "protocol": "128 frames, interval 1; 10 x 3 at 256; 100 epochs, batch 16",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/22_nl_i3d_r101_128f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/23_slowfast_r101_8f",
   "network": "SlowFast[7] R101+R101 8+32 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 77.9,
   "half": null,
   "costs": {
    "clip": 81.5478,
    "video": 3195.33,
    "common": 3195.33,
    "params": 53.7739,
    "printed": 106.0
   },
   "protocol": "32 frames, interval 2; 10 x 3 at 256; 256 epochs, batch 64",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/23_slowfast_r101_8f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/23_slowfast_r101_8f",
   "network": "SlowFast[7] R101+R101 8+32 frames",
   "dataset": "Kinetics-400",
   "source": "third party",
   "top1": 78.65,
   "half": null,
   "costs": {
    "clip": 126.0,
    "video": 3780.0,
    "params": 62.9
   },
   "protocol": "10 x 3 at 256, 256 epochs",
   "origin": "mmaction2's model zoo, accuracy and costs: slowfast_r101_8xb8-8x8x1-256e_kinetics400-rgb; another network: temporal kernels in all of res4, fusion kernels of 7",
   "config": "configs/table10/23_slowfast_r101_8f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/24_slowfast_r101_16f",
   "network": "SlowFast[7] R101+R101 16+64 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 78.9,
   "half": null,
   "costs": {
    "clip": 163.095,
    "video": 6390.64,
    "common": 6390.64,
    "params": 53.7739,
    "printed": 213.0
   },
   "protocol": "64 frames, interval 2; 10 x 3 at 256; 256 epochs, batch 64",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/24_slowfast_r101_16f.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table10/25_smallbig_r101",
   "network": "Our SmallBig R101 32 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 77.4,
   "half": null,
   "costs": {
    "clip": 416.36,
    "video": 6525.81,
    "common": 16314.5,
    "params": 43.415,
    "printed": 418.0
   },
   "protocol": "32 frames, interval 2; 4 x 3 at 256; 110 epochs, batch 128",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/25_smallbig_r101.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table10/26_smallbig_en",
   "network": "Our SmallBigEn R50+R101 8+32 frames",
   "dataset": "Kinetics-400",
   "source": "paper",
   "top1": 78.7,
   "half": null,
   "costs": {
    "clip": 479.017,
    "video": 7507.84,
    "common": 18769.6,
    "params": 75.7078,
    "printed": 475.0
   },
   "protocol": "8 frames, interval 8; 4 x 3 at 256 + 32 frames, interval 2; 4 x 3 at 256",
   "origin": "Table 10 of the paper; costs counted here",
   "config": "configs/table10/26_smallbig_en.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/01_tsn",
   "network": "TSN [33] Inception 8 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 19.5,
   "half": null,
   "costs": {
    "clip": 16.2528,
    "video": 16.2528,
    "common": 636.842,
    "params": 10.4486,
    "printed": 16.0
   },
   "protocol": "8 frames, segments; 1 x 1 at 224; 120 epochs, batch 64",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/01_tsn_sthv1.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/02_trn",
   "network": "TRNmultiscale [33] Inception 8 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 34.4,
   "half": null,
   "costs": {
    "clip": 16.2614,
    "video": 16.2614,
    "common": 637.1,
    "params": 13.1412,
    "printed": 16.0
   },
   "protocol": "8 frames, segments; 1 x 1 at 224; 120 epochs, batch 64",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/02_trn_sthv1.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/03_eco_8f",
   "network": "ECO [35] Incep+R18 8 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 39.6,
   "half": null,
   "costs": {
    "clip": 32.2064,
    "video": 32.2064,
    "common": 1261.96,
    "params": 47.1548,
    "printed": 32.0
   },
   "protocol": "8 frames, segments; 1 x 1 at 224; 40 epochs, batch 64",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/03_eco_8f_sthv1.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/04_eco_16f",
   "network": "ECO [35] Incep+R18 16 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 41.4,
   "half": null,
   "costs": {
    "clip": 64.4126,
    "video": 64.4126,
    "common": 2523.92,
    "params": 47.1548,
    "printed": 64.0
   },
   "protocol": "16 frames, segments; 1 x 1 at 224; 40 epochs, batch 64",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/04_eco_16f_sthv1.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/05_eco_en_lite",
   "network": "ECOEnLite [35] Incep+R18 92 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 46.4,
   "half": null,
   "costs": {
    "clip": 267.296,
    "video": 267.296,
    "common": 10473.6,
    "params": 149.552,
    "printed": 267.0
   },
   "protocol": "16 frames, segments; 1 x 1 at 224 + 20 frames, segments; 1 x 1 at 224 + 24 frames, segments; 1 x 1 at 224 + 32 frames, segments; 1 x 1 at 224",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/05_eco_en_lite_sthv1.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/06_tsm_8f",
   "network": "TSM [15] R50 8 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 45.6,
   "half": null,
   "costs": {
    "clip": 32.6999,
    "video": 32.6999,
    "common": 1281.28,
    "params": 23.8646,
    "printed": 33.0
   },
   "protocol": "8 frames, segments; 1 x 1 at 224; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/06_tsm_8f_sthv1.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/07_tsm_16f",
   "network": "TSM [15] R50 16 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 47.2,
   "half": null,
   "costs": {
    "clip": 65.3999,
    "video": 65.3999,
    "common": 2562.56,
    "params": 23.8646,
    "printed": 65.0
   },
   "protocol": "16 frames, segments; 1 x 1 at 224; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/07_tsm_16f_sthv1.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/08_tsm_en",
   "network": "TSMEn [15] R50 8+16 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 49.7,
   "half": null,
   "costs": {
    "clip": 98.0998,
    "video": 98.0998,
    "common": 3843.83,
    "params": 47.7291,
    "printed": 98.0
   },
   "protocol": "8 frames, segments; 1 x 1 at 224 + 16 frames, segments; 1 x 1 at 224",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/08_tsm_en_sthv1.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/09_smallbig_8f",
   "network": "Our SmallBig R50 8 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 47.0,
   "half": null,
   "costs": {
    "clip": 52.4314,
    "video": 52.4314,
    "common": 2054.42,
    "params": 39.9132,
    "printed": 52.0
   },
   "protocol": "8 frames, segments; 1 x 1 at 224; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/09_smallbig_8f_sthv1.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/09_smallbig_8f",
   "network": "Our SmallBig R50 8 frames V2",
   "dataset": "Something-Something V2",
   "source": "paper",
   "top1": 59.7,
   "half": null,
   "costs": {
    "clip": 52.4314,
    "video": 52.4314,
    "common": 2054.42,
    "params": 39.9132,
    "printed": 52.0
   },
   "protocol": "8 frames, segments; 1 x 1 at 224; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/09_smallbig_8f_sthv2.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/10_smallbig_16f",
   "network": "Our SmallBig R50 16 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 49.3,
   "half": null,
   "costs": {
    "clip": 104.858,
    "video": 104.858,
    "common": 4108.7,
    "params": 39.9132,
    "printed": 105.0
   },
   "protocol": "16 frames, segments; 1 x 1 at 224; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/10_smallbig_16f_sthv1.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/10_smallbig_16f",
   "network": "Our SmallBig R50 16 frames V2",
   "dataset": "Something-Something V2",
   "source": "paper",
   "top1": 62.3,
   "half": null,
   "costs": {
    "clip": 104.858,
    "video": 104.858,
    "common": 4108.7,
    "params": 39.9132,
    "printed": 105.0
   },
   "protocol": "16 frames, segments; 1 x 1 at 224; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/10_smallbig_16f_sthv2.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/11_smallbig_en",
   "network": "Our SmallBigEn R50 8+16 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 50.4,
   "half": null,
   "costs": {
    "clip": 157.29,
    "video": 157.29,
    "common": 6163.12,
    "params": 79.8264,
    "printed": 157.0
   },
   "protocol": "8 frames, segments; 1 x 1 at 224 + 16 frames, segments; 1 x 1 at 224",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/11_smallbig_en_sthv1.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/11_smallbig_en",
   "network": "Our SmallBigEn R50 8+16 frames V2",
   "dataset": "Something-Something V2",
   "source": "paper",
   "top1": 63.3,
   "half": null,
   "costs": {
    "clip": 157.29,
    "video": 157.29,
    "common": 6163.12,
    "params": 79.8264,
    "printed": 157.0
   },
   "protocol": "8 frames, segments; 1 x 1 at 224 + 16 frames, segments; 1 x 1 at 224",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/11_smallbig_en_sthv2.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/12_i3d",
   "network": "I3D [29] R50 32x2 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 41.6,
   "half": null,
   "costs": {
    "clip": 152.471,
    "video": 304.942,
    "common": 5974.38,
    "params": 27.5804
   },
   "protocol": "32 frames, segments; 2 x 1 at 224; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/12_i3d_sthv1.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/13_nl_i3d",
   "network": "NL I3D [29] R50 32x2 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 44.4,
   "half": null,
   "costs": {
    "clip": 233.19,
    "video": 466.379,
    "common": 9711.0,
    "params": 34.9348
   },
   "protocol": "32 frames, segments; 2 x 1 at 224; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/13_nl_i3d_sthv1.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/14_nl_i3d_gcn",
   "network": "NL I3D + gcn [29] R50 32x2 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 46.1,
   "half": null,
   "costs": {
    "clip": 240.218,
    "video": 480.436,
    "common": 9952.06,
    "params": 38.6954
   },
   "protocol": "32 frames, segments; 2 x 1 at 224; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/14_nl_i3d_gcn_sthv1.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/15_cpnet",
   "network": "CPNet[16] R34 24x16x6 frames V2",
   "dataset": "Something-Something V2",
   "source": "paper",
   "top1": 57.65,
   "half": null,
   "costs": {
    "clip": 116.54,
    "video": 15482.4,
    "common": 4838.26,
    "params": 21.6363
   },
   "protocol": "24 frames, segments; 16 x 6 at 256; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/15_cpnet_sthv2.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/16_tsm_8f_2x3",
   "network": "TSM [15] R50 8x2x3 frames V2",
   "dataset": "Something-Something V2",
   "source": "paper",
   "top1": 59.1,
   "half": null,
   "costs": {
    "clip": 32.6999,
    "video": 256.256,
    "common": 1281.28,
    "params": 23.8646
   },
   "protocol": "8 frames, segments; 2 x 3 at 256; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/16_tsm_8f_2x3_sthv2.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/16_tsm_8f_2x3",
   "network": "TSM [15] R50 8x2x3 frames V2",
   "dataset": "Something-Something V2",
   "source": "third party",
   "top1": 62.72,
   "half": null,
   "costs": {
    "clip": 32.88,
    "video": 197.28,
    "params": 23.87
   },
   "protocol": "2 x 3 at 256, 50 epochs",
   "origin": "mmaction2's model zoo, accuracy and costs: tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_sthv2-rgb",
   "config": "configs/table11/16_tsm_8f_2x3_sthv2.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/17_tsm_16f_2x3",
   "network": "TSM [15] R50 16x2x3 frames V2",
   "dataset": "Something-Something V2",
   "source": "paper",
   "top1": 63.4,
   "half": null,
   "costs": {
    "clip": 65.3999,
    "video": 512.511,
    "common": 2562.56,
    "params": 23.8646
   },
   "protocol": "16 frames, segments; 2 x 3 at 256; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/17_tsm_16f_2x3_sthv2.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/17_tsm_16f_2x3",
   "network": "TSM [15] R50 16x2x3 frames V2",
   "dataset": "Something-Something V2",
   "source": "third party",
   "top1": 64.16,
   "half": null,
   "costs": {
    "clip": 65.75,
    "video": 394.5,
    "params": 23.87
   },
   "protocol": "2 x 3 at 256, 50 epochs",
   "origin": "mmaction2's model zoo, accuracy and costs: tsm_imagenet-pretrained-r50_8xb16-1x1x16-50e_sthv2-rgb",
   "config": "configs/table11/17_tsm_16f_2x3_sthv2.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table11/18_smallbig_8f_2x3",
   "network": "Our SmallBig R50 8x2x3 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 48.3,
   "half": null,
   "costs": {
    "clip": 52.4314,
    "video": 410.883,
    "common": 2054.42,
    "params": 39.9132
   },
   "protocol": "8 frames, segments; 2 x 3 at 256; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/18_smallbig_8f_2x3_sthv1.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/18_smallbig_8f_2x3",
   "network": "Our SmallBig R50 8x2x3 frames V2",
   "dataset": "Something-Something V2",
   "source": "paper",
   "top1": 61.6,
   "half": null,
   "costs": {
    "clip": 52.4314,
    "video": 410.883,
    "common": 2054.42,
    "params": 39.9132
   },
   "protocol": "8 frames, segments; 2 x 3 at 256; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/18_smallbig_8f_2x3_sthv2.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/19_smallbig_16f_2x3",
   "network": "Our SmallBig R50 16x2x3 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 50.0,
   "half": null,
   "costs": {
    "clip": 104.858,
    "video": 821.74,
    "common": 4108.7,
    "params": 39.9132
   },
   "protocol": "16 frames, segments; 2 x 3 at 256; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/19_smallbig_16f_2x3_sthv1.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/19_smallbig_16f_2x3",
   "network": "Our SmallBig R50 16x2x3 frames V2",
   "dataset": "Something-Something V2",
   "source": "paper",
   "top1": 63.8,
   "half": null,
   "costs": {
    "clip": 104.858,
    "video": 821.74,
    "common": 4108.7,
    "params": 39.9132
   },
   "protocol": "16 frames, segments; 2 x 3 at 256; 50 epochs, batch 128",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/19_smallbig_16f_2x3_sthv2.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/20_smallbig_en_2x3",
   "network": "Our SmallBigEn R50 24x2x3 frames V1",
   "dataset": "Something-Something V1",
   "source": "paper",
   "top1": 51.4,
   "half": null,
   "costs": {
    "clip": 157.29,
    "video": 1232.62,
    "common": 6163.12,
    "params": 79.8264
   },
   "protocol": "8 frames, segments; 2 x 3 at 256 + 16 frames, segments; 2 x 3 at 256",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/20_smallbig_en_2x3_sthv1.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table11/20_smallbig_en_2x3",
   "network": "Our SmallBigEn R50 24x2x3 frames V2",
   "dataset": "Something-Something V2",
   "source": "paper",
   "top1": 64.5,
   "half": null,
   "costs": {
    "clip": 157.29,
    "video": 1232.62,
    "common": 6163.12,
    "params": 79.8264
   },
   "protocol": "8 frames, segments; 2 x 3 at 256 + 16 frames, segments; 2 x 3 at 256",
   "origin": "Table 11 of the paper; costs counted here",
   "config": "configs/table11/20_smallbig_en_2x3_sthv2.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table02/01_r23",
   "network": "2D",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 21.45,
   "half": 1.6917,
   "costs": {
    "clip": 0.0299364,
    "params": 0.170771,
    "video": 0.179618
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": false,
   "others": [
    "table03/01_r23",
    "table04/01_r23",
    "table05/01_r23",
    "table06/01_r23",
    "table07/01_r23",
    "table08/01_r23"
   ]
  },
  {
   "row": "table02/02_r23_3d",
   "network": "3D: 3×1×1",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 76.15,
   "half": 14.0917,
   "costs": {
    "clip": 0.0396357,
    "params": 0.210835,
    "video": 0.237814
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table02/03_smallbig_3x1x1",
   "network": "SmallBig: 3×1×1",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 93.6,
   "half": 0.8943,
   "costs": {
    "clip": 0.034786,
    "params": 0.171171,
    "video": 0.208716
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": [
    "table03/02_res2345",
    "table04/02_3x1x1"
   ]
  },
  {
   "row": "table03/03_res345",
   "network": "SmallBig: res3+4+5",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 93.4,
   "half": 3.48856,
   "costs": {
    "clip": 0.034655,
    "params": 0.171155,
    "video": 0.20793
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table03/04_res45",
   "network": "SmallBig: res4+5",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 91.3,
   "half": 1.82856,
   "costs": {
    "clip": 0.0330821,
    "params": 0.171091,
    "video": 0.198493
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table03/05_res5",
   "network": "SmallBig: res5",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 88.5,
   "half": 2.1618,
   "costs": {
    "clip": 0.030985,
    "params": 0.170899,
    "video": 0.18591
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table04/03_3x3x3",
   "network": "SmallBig: 3×3×3",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 83.55,
   "half": 6.86574,
   "costs": {
    "clip": 0.034786,
    "params": 0.171171,
    "video": 0.208716
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": [
    "table05/02_first"
   ]
  },
  {
   "row": "table04/04_3x5x5",
   "network": "SmallBig: 3×5×5",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 76.8,
   "half": 10.0787,
   "costs": {
    "clip": 0.034786,
    "params": 0.171171,
    "video": 0.208716
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table04/05_3x7x7",
   "network": "SmallBig: 3×7×7",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 65.8,
   "half": 9.35223,
   "costs": {
    "clip": 0.034786,
    "params": 0.171171,
    "video": 0.208716
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table04/06_tx3x3",
   "network": "SmallBig: T×3×3",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 21.3,
   "half": 1.14896,
   "costs": {
    "clip": 0.0305426,
    "params": 0.171171,
    "video": 0.183256
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table05/03_first_third",
   "network": "SmallBig: 3×3×3(1st layer)+T×3×3(3rd layer)",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 75.6,
   "half": 21.1728,
   "costs": {
    "clip": 0.0354414,
    "params": 0.172771,
    "video": 0.212648
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table05/04_typical",
   "network": "SmallBig: Typical",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 89.1,
   "half": 11.7929,
   "costs": {
    "clip": 0.0458616,
    "params": 0.173075,
    "video": 0.27517
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table05/05_full",
   "network": "SmallBig: Full",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 94.05,
   "half": 0.707857,
   "costs": {
    "clip": 0.0521677,
    "params": 0.203347,
    "video": 0.313006
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": [
    "table06/03_max_pool",
    "table06/05_with_share",
    "table06/07_individual_bn",
    "table07/03_smallbig_r23",
    "table08/02_smallbig_r23"
   ]
  },
  {
   "row": "table06/02_avg_pool",
   "network": "Avg Pool",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 92.2,
   "half": 2.56352,
   "costs": {
    "clip": 0.0521677,
    "params": 0.203347,
    "video": 0.313006
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table06/04_without_share",
   "network": "Without Share",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 89.1,
   "half": 15.0489,
   "costs": {
    "clip": 0.0521677,
    "params": 0.337747,
    "video": 0.313006
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table06/06_single_bn",
   "network": "Single BN",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 90.1,
   "half": 4.00304,
   "costs": {
    "clip": 0.0362424,
    "params": 0.201043,
    "video": 0.217455
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table07/02_nonlocal_r23",
   "network": "NonLocal-R23",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 20.4,
   "half": 0.714631,
   "costs": {
    "clip": 0.0907538,
    "params": 0.287251,
    "video": 0.544523
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table08/03_r50",
   "network": "R50",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 21.55,
   "half": 1.7886,
   "costs": {
    "clip": 0.0633597,
    "params": 0.376403,
    "video": 0.380158
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table08/04_smallbig_r50",
   "network": "SmallBig-R50",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 86.1,
   "half": 13.0275,
   "costs": {
    "clip": 0.122273,
    "params": 0.508307,
    "video": 0.733637
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": [
    "table09/02_default"
   ]
  },
  {
   "row": "table09/01_simple",
   "network": "Extra Unit: Simple",
   "dataset": "MotionShapes, order-free classes",
   "source": "measured",
   "top1": 82.9,
   "half": 17.7584,
   "costs": {
    "clip": 0.102412,
    "params": 0.508307,
    "video": 0.614469
   },
   "protocol": "8 frames; 2 x 3 at 32",
   "origin": "trained here at an eighth of the width, 5 seeds",
   "config": "configs/motion_shapes/grid.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table02/01_r23",
   "network": "2D",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 45.7812,
   "half": 2.9348,
   "costs": {
    "clip": 0.0273797,
    "params": 0.17,
    "video": 0.0547594
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": false,
   "others": [
    "table03/01_r23",
    "table04/01_r23",
    "table05/01_r23",
    "table06/01_r23",
    "table07/01_r23",
    "table08/01_r23",
    "configs/units/2d_r23.py"
   ]
  },
  {
   "row": "table02/02_r23_3d",
   "network": "3D: 3×1×1",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 60.7812,
   "half": 2.13878,
   "costs": {
    "clip": 0.0353096,
    "params": 0.210064,
    "video": 0.0706191
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": false,
   "others": [
    "configs/units/3x1x1_r23.py"
   ]
  },
  {
   "row": "table02/03_smallbig_3x1x1",
   "network": "SmallBig: 3×1×1",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 77.7734,
   "half": 3.39312,
   "costs": {
    "clip": 0.0313446,
    "params": 0.1704,
    "video": 0.0626893
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": [
    "table03/02_res2345",
    "table04/02_3x1x1"
   ]
  },
  {
   "row": "table03/03_res345",
   "network": "SmallBig: res3+4+5",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 77.1094,
   "half": 5.79363,
   "costs": {
    "clip": 0.0313119,
    "params": 0.170384,
    "video": 0.0626237
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table03/04_res45",
   "network": "SmallBig: res4+5",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 76.0156,
   "half": 8.901,
   "costs": {
    "clip": 0.0305254,
    "params": 0.17032,
    "video": 0.0610509
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table03/05_res5",
   "network": "SmallBig: res5",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 54.1406,
   "half": 2.93831,
   "costs": {
    "clip": 0.0284283,
    "params": 0.170128,
    "video": 0.0568566
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table04/03_3x3x3",
   "network": "SmallBig: 3×3×3",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 69.4531,
   "half": 6.6109,
   "costs": {
    "clip": 0.0313446,
    "params": 0.1704,
    "video": 0.0626893
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": [
    "table05/02_first"
   ]
  },
  {
   "row": "table04/04_3x5x5",
   "network": "SmallBig: 3×5×5",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 65.9375,
   "half": 12.9239,
   "costs": {
    "clip": 0.0313446,
    "params": 0.1704,
    "video": 0.0626893
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table04/05_3x7x7",
   "network": "SmallBig: 3×7×7",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 55.8203,
   "half": 4.61305,
   "costs": {
    "clip": 0.0313446,
    "params": 0.1704,
    "video": 0.0626893
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table04/06_tx3x3",
   "network": "SmallBig: T×3×3",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 73.3203,
   "half": 4.57267,
   "costs": {
    "clip": 0.0278753,
    "params": 0.1704,
    "video": 0.0557507
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table05/03_first_third",
   "network": "SmallBig: 3×3×3(1st layer)+T×3×3(3rd layer)",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 75.1172,
   "half": 5.63817,
   "costs": {
    "clip": 0.0319508,
    "params": 0.172,
    "video": 0.0639017
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table05/04_typical",
   "network": "SmallBig: Typical",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 77.6562,
   "half": 3.92067,
   "costs": {
    "clip": 0.0425185,
    "params": 0.172304,
    "video": 0.0850371
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 4 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": [
    "configs/units/smallbig_typical_r23.py"
   ]
  },
  {
   "row": "table05/05_full",
   "network": "SmallBig: Full",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 77.6562,
   "half": 4.57618,
   "costs": {
    "clip": 0.0480381,
    "params": 0.202576,
    "video": 0.0960763
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": [
    "table06/03_max_pool",
    "table06/05_with_share",
    "table06/07_individual_bn",
    "table07/03_smallbig_r23",
    "table08/02_smallbig_r23",
    "configs/units/smallbig_full_r23.py"
   ]
  },
  {
   "row": "table06/02_avg_pool",
   "network": "Avg Pool",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 77.0833,
   "half": 8.85394,
   "costs": {
    "clip": 0.0480381,
    "params": 0.202576,
    "video": 0.0960763
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table06/04_without_share",
   "network": "Without Share",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 81.0417,
   "half": 7.21298,
   "costs": {
    "clip": 0.0480381,
    "params": 0.336976,
    "video": 0.0960763
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table06/06_single_bn",
   "network": "Single BN",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 83.1771,
   "half": 1.18581,
   "costs": {
    "clip": 0.0328993,
    "params": 0.200272,
    "video": 0.0657987
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "table07/02_nonlocal_r23",
   "network": "NonLocal-R23",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 54.7396,
   "half": 2.64206,
   "costs": {
    "clip": 0.0881971,
    "params": 0.28648,
    "video": 0.176394
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": false,
   "others": [
    "configs/units/non_local_r23.py"
   ]
  },
  {
   "row": "table08/03_r50",
   "network": "R50",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 38.0729,
   "half": 9.82964,
   "costs": {
    "clip": 0.0574607,
    "params": 0.375632,
    "video": 0.114921
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": false,
   "others": []
  },
  {
   "row": "table08/04_smallbig_r50",
   "network": "SmallBig-R50",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 87.2917,
   "half": 11.3981,
   "costs": {
    "clip": 0.114801,
    "params": 0.507536,
    "video": 0.229602
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": [
    "table09/02_default"
   ]
  },
  {
   "row": "table09/01_simple",
   "network": "Extra Unit: Simple",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 91.4062,
   "half": 2.05388,
   "costs": {
    "clip": 0.0957261,
    "params": 0.507536,
    "video": 0.191452
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "beyond/smallbig_both_3x1x1_r23_k400",
   "network": "smallbig_both_3x1x1_r23_k400",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 74.4792,
   "half": 4.74323,
   "costs": {
    "clip": 0.0313446,
    "params": 0.1704,
    "video": 0.0626893
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "beyond/smallbig_both_r23_k400",
   "network": "smallbig_both_r23_k400",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 75.7812,
   "half": 6.82299,
   "costs": {
    "clip": 0.0480381,
    "params": 0.202576,
    "video": 0.0960763
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "beyond/smallbig_past_3x1x1_r23_k400",
   "network": "smallbig_past_3x1x1_r23_k400",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 67.2396,
   "half": 9.76043,
   "costs": {
    "clip": 0.0313446,
    "params": 0.1704,
    "video": 0.0626893
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "beyond/smallbig_past_r23_k400",
   "network": "smallbig_past_r23_k400",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 76.1979,
   "half": 6.68168,
   "costs": {
    "clip": 0.0480381,
    "params": 0.202576,
    "video": 0.0960763
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": true,
   "others": []
  },
  {
   "row": "units/correspondence_r23",
   "network": "correspondence_r23",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 51.4583,
   "half": 2.24096,
   "costs": {
    "clip": 0.0316723,
    "params": 0.1876,
    "video": 0.0633446
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": false,
   "others": []
  },
  {
   "row": "units/cost_r23",
   "network": "cost_r23",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 83.2812,
   "half": 5.71776,
   "costs": {
    "clip": 0.0445054,
    "params": 0.176509,
    "video": 0.0890107
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": false,
   "others": []
  },
  {
   "row": "units/double_attention_r23",
   "network": "double_attention_r23",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 56.6667,
   "half": 1.24772,
   "costs": {
    "clip": 0.0391762,
    "params": 0.228752,
    "video": 0.0783524
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": false,
   "others": []
  },
  {
   "row": "units/glore_r23",
   "network": "glore_r23",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 53.5938,
   "half": 5.47548,
   "costs": {
    "clip": 0.0437473,
    "params": 0.261136,
    "video": 0.0874947
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": false,
   "others": []
  },
  {
   "row": "units/tei_r23",
   "network": "tei_r23",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 72.8646,
   "half": 15.6723,
   "costs": {
    "clip": 0.0279605,
    "params": 0.194258,
    "video": 0.055921
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": false,
   "others": []
  },
  {
   "row": "units/tsm_r23",
   "network": "tsm_r23",
   "dataset": "MotionShapes, events",
   "source": "measured",
   "top1": 66.9792,
   "half": 13.7029,
   "costs": {
    "clip": 0.0273797,
    "params": 0.17,
    "video": 0.0547594
   },
   "protocol": "8 frames; 2 x 1 at 32",
   "origin": "trained here at an eighth of the width, 3 seeds",
   "config": "configs/motion_shapes/events.py",
   "ours": false,
   "others": []
  }
 ],
 "orderings": [
  {
   "claim": "3D is better than 2D",
   "paper": 4.2,
   "events": {
    "difference": 15.0,
    "half": 4.68232,
    "verdict": "holds"
   },
   "orderFree": {
    "difference": 54.7,
    "half": 15.6019,
    "verdict": "holds",
    "atChance": [
     "table02/01_r23"
    ]
   }
  },
  {
   "claim": "SmallBig (3x1x1) is better than 3D (3x1x1)",
   "paper": 0.7,
   "events": {
    "difference": 16.9922,
    "half": 3.76722,
    "verdict": "holds"
   },
   "orderFree": {
    "difference": 17.45,
    "half": 14.4208,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "SmallBig in res2 adds to res3+4+5",
   "paper": 0.2,
   "events": {
    "difference": 0.664062,
    "half": 4.80986,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 0.2,
    "half": 4.34804,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "SmallBig in res3 adds to res4+5",
   "paper": 0.2,
   "events": {
    "difference": 1.09375,
    "half": 9.99062,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 2.1,
    "half": 3.88702,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "SmallBig in res4 adds to res5",
   "paper": 4.1,
   "events": {
    "difference": 21.875,
    "half": 9.51959,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 2.8,
    "half": 2.77123,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "SmallBig in res5 adds to 2D",
   "paper": 0.4,
   "events": {
    "difference": 8.35938,
    "half": 4.11303,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 67.05,
    "half": 3.14579,
    "verdict": "holds",
    "atChance": [
     "table03/01_r23"
    ]
   }
  },
  {
   "claim": "res4's step is larger than res2's",
   "paper": 3.9,
   "events": {
    "difference": 21.2109,
    "half": 9.26149,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 2.6,
    "half": 3.5772,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "res4's step is larger than res3's",
   "paper": 3.9,
   "events": {
    "difference": 20.7812,
    "half": 17.9162,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 0.7,
    "half": 6.36315,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "res4's step is larger than res5's",
   "paper": 3.7,
   "events": {
    "difference": 13.5156,
    "half": 8.75865,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": -64.25,
    "half": 5.37208,
    "verdict": "does not hold",
    "atChance": [
     "table03/01_r23"
    ]
   }
  },
  {
   "claim": "3x3x3 is better than 3x1x1",
   "paper": 0.5,
   "events": {
    "difference": -8.32031,
    "half": 6.34003,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": -10.05,
    "half": 6.88676,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "3x3x3 is better than 3x5x5",
   "paper": 0.4,
   "events": {
    "difference": 3.51562,
    "half": 6.77713,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 6.75,
    "half": 4.19349,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "3x3x3 is better than 3x7x7",
   "paper": 0.9,
   "events": {
    "difference": 13.6328,
    "half": 3.49483,
    "verdict": "holds"
   },
   "orderFree": {
    "difference": 17.75,
    "half": 12.3992,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "3x3x3 is better than Tx3x3",
   "paper": 0.2,
   "events": {
    "difference": -3.86719,
    "half": 5.37243,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 62.25,
    "half": 7.03762,
    "verdict": "holds",
    "atChance": [
     "table04/06_tx3x3"
    ]
   }
  },
  {
   "claim": "first + third layer is better than first",
   "paper": 1.3,
   "events": {
    "difference": 5.66406,
    "half": 7.55322,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": -7.95,
    "half": 21.4326,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "typical is better than first + third",
   "paper": 0.6,
   "events": {
    "difference": 2.53906,
    "half": 2.61848,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 13.5,
    "half": 29.7927,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "full is better than typical",
   "paper": 1.2,
   "events": {
    "difference": -0.572917,
    "half": 4.11386,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 4.95,
    "half": 11.3661,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "max pooling is better than average",
   "paper": 0.4,
   "events": {
    "difference": 0.572917,
    "half": 11.653,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 1.85,
    "half": 2.27685,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "sharing is better than not sharing",
   "paper": 1.0,
   "events": {
    "difference": -3.38542,
    "half": 3.52195,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 4.95,
    "half": 15.3513,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "individual BN is better than single",
   "paper": 8.0,
   "events": {
    "difference": -5.52083,
    "half": 5.7615,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 3.95,
    "half": 4.3425,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "SmallBig is better than NonLocal",
   "paper": 2.4,
   "events": {
    "difference": 22.9167,
    "half": 1.95363,
    "verdict": "holds"
   },
   "orderFree": {
    "difference": 73.65,
    "half": 0.946642,
    "verdict": "holds",
    "atChance": [
     "table07/02_nonlocal_r23"
    ]
   }
  },
  {
   "claim": "R50 is better than R23",
   "paper": 6.3,
   "events": {
    "difference": -8.22917,
    "half": 8.85394,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 0.1,
    "half": 2.23413,
    "verdict": "not decided",
    "atChance": [
     "table08/03_r50",
     "table08/01_r23"
    ]
   }
  },
  {
   "claim": "SmallBig-R50 is better than SmallBig-R23",
   "paper": 3.7,
   "events": {
    "difference": 9.63542,
    "half": 15.6868,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": -7.95,
    "half": 12.4038,
    "verdict": "not decided",
    "atChance": []
   }
  },
  {
   "claim": "SmallBig-R23 is better than R50",
   "paper": 2.2,
   "events": {
    "difference": 39.5833,
    "half": 14.3894,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 72.5,
    "half": 1.75598,
    "verdict": "holds",
    "atChance": [
     "table08/03_r50"
    ]
   }
  },
  {
   "claim": "default extra unit is better than simple",
   "paper": 0.5,
   "events": {
    "difference": -4.11458,
    "half": 12.0033,
    "verdict": "not decided"
   },
   "orderFree": {
    "difference": 3.2,
    "half": 20.0902,
    "verdict": "not decided",
    "atChance": []
   }
  }
 ]
};
